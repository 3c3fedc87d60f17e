"""Notes that somebody types in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Note, NoteKind
from crm.privacy import notes
from crm.privacy.purposes import Purpose
from crm.services import forms
from crm.services.contacts.view import get_contact


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """A note as it comes from the form.

    Attributes:
        seen_hints: words of special categories that the writer was shown and keeps.
        form_token: random name of the form; it becomes the id of the note.
    """

    text: str
    kind: NoteKind
    seen_hints: frozenset[str]
    form_token: str


def write(session: Session, *, subject_id: str, new: NewNote, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Write a note about one person; the same form sent again writes nothing.

    Raises:
        EmptyNoteError, NoteTooLongError, SpecialCategoryError: the text cannot be taken, or not yet.
        FieldWithoutPurposeError, PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError:
            as the door says.
        NotFoundError: no contact has this id.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    forms.require_token(new.form_token)
    get_contact(session, subject_id=subject_id)
    if session.get(Note, (subject_id, new.form_token)):
        return
    with forms.sent_twice_is_known():
        notes.write(
            session,
            subject_id=subject_id,
            text=new.text,
            kind=new.kind,
            purpose=purpose,
            actor=actor,
            now=now,
            seen_hints=new.seen_hints,
            note_id=new.form_token,
        )
