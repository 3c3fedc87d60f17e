"""Free text about people: sealed, and only where the purpose has room for it.

Source: Art. 5(1)(c), 9(1) DSGVO.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.errors import InvalidInputError
from crm.models.contact import Contact, Note, NoteKind
from crm.models.field_groups import FieldGroup
from crm.privacy import audit, bound_rows, due, indexing, plain_columns, sealing, special_categories
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_access
from crm.privacy.errors import FieldWithoutPurposeError, LastContactAheadError, PrivacyError
from crm.privacy.purposes import Purpose
from crm.readable import many_lines, require_readable
from crm.vault import Vault

LONGEST = 20_000  # characters


class EmptyNoteError(InvalidInputError):
    """Nothing was written: no note, no mail, no answer. The sentences fit all of them."""

    message = "Hier steht noch nichts. Bitte schreiben Sie den Text."


class NoteTooLongError(InvalidInputError):
    """The text is longer than a note may be."""

    message = "Der Text ist länger als %(longest)s Zeichen. Kürzen Sie ihn oder teilen Sie ihn auf."


class SpecialCategoryError(PrivacyError):
    """The text has words of special categories, and the writer has not yet said that it may stay."""

    article = "Art. 9(1)"
    message = "Der Text enthält Wörter, die auf besonders geschützte Angaben hinweisen. Streichen Sie sie, oder speichern Sie bewusst so."


def write(
    session: Session,
    *,
    subject_id: str,
    text: str,
    kind: NoteKind,
    purpose: Purpose,
    actor: Actor,
    now: datetime,
    happened_at: datetime | None = None,
    kept_from: datetime | None = None,
    seen_hints: frozenset[str] = frozenset(),
    note_id: str | None = None,
) -> Note:
    """Write a note about one person; a call, meeting or letter moves the start of RET-01, a mere note does not.

    Args:
        happened_at: when the call or meeting was.
        kept_from: when the period of the note begins, where that is not when it happened.
        seen_hints: words of special categories that the writer was shown and keeps.
        note_id: id that the form gave the note, so that the same form sent twice writes one note.

    Raises:
        EmptyNoteError, NoteTooLongError, TurnedTextError, SpecialCategoryError: the text cannot be taken, or not yet.
        LastContactAheadError: the call or meeting has not been yet.
        FieldWithoutPurposeError: the purpose has no notes; and as the door says.
    """
    text = many_lines(text)
    require_text(text, seen_hints)
    if FieldGroup.NOTES not in purpose.groups:
        raise FieldWithoutPurposeError(field="text", purpose=purpose.title["de"])
    require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    happened_at = happened_at or now
    if happened_at > now:
        raise LastContactAheadError(field="happened_at")
    note, sealed = _store(session, subject_id, note_id or new_id(), text, kind, actor.pseudonym, kept_from or happened_at)
    if kind is not NoteKind.NOTE:
        move_last_contact(session, subject_id, happened_at, now)
    _enter(session, note, sealed, purpose, actor=actor, now=now)
    return note


def require_text(text: str, seen_hints: frozenset[str]) -> None:
    """Refuse a text about people that cannot be taken, or not yet.

    Args:
        seen_hints: words of special categories that the writer was shown and keeps.

    Raises:
        EmptyNoteError, NoteTooLongError, TurnedTextError, SpecialCategoryError: why not.
    """
    if not text:
        raise EmptyNoteError(field="text")
    require_readable(text, field="text")
    if len(text) > LONGEST:
        raise NoteTooLongError(field="text", longest=LONGEST)
    if not set(special_categories.find_words(text)) <= seen_hints:
        raise SpecialCategoryError


def move_last_contact(session: Session, subject_id: str, happened_at: datetime, now: datetime) -> None:
    """Note a contact in substance: from the last one on a prospect is kept for a while (RET-01)."""
    plain_columns.change(session, Contact, subject_id, {"last_contact_at": happened_at}, Contact.last_contact_at < happened_at)
    due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)
    indexing.announce_changed(session, [subject_id], now=now)


def _enter(session: Session, note: Note, sealed: bytes, purpose: Purpose, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        Action.NOTE_WRITTEN,
        actor=actor,
        now=now,
        subject_id=note.subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=note.kind,
        groups=(FieldGroup.NOTES,),
        sealed=(sealed,),
        rows=(bound_rows.digest_of(note),),
    )


def _store(
    session: Session, subject_id: str, note_id: str, text: str, kind: NoteKind, writer: str, written_at: datetime
) -> tuple[Note, bytes]:
    Vault.of(session).begin_write(session, [subject_id])
    sealed = sealing.seal_text(session, sealing.note_place(subject_id, note_id), text)
    note = Note(subject_id=subject_id, id=note_id, kind=kind, author=writer, written_at=written_at, sealed_text=sealed)
    session.add(note)
    session.flush()
    due.begin_note(session, subject_id=subject_id, note_id=note_id, written_at=written_at)
    return note, sealed
