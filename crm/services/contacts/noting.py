"""Notes that somebody types in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError
from crm.models.contact import Note, NoteKind
from crm.privacy import notes
from crm.privacy.purposes import Purpose
from crm.services import forms
from crm.services.contacts.view import get_contact
from crm.services.forms import SentForm

# Who writes notes, by the page and by mail; in this order where an account holds several roles.
WRITERS: Final = (Role.SALES, Role.SERVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """A note as it comes from the form.

    Attributes:
        seen_hints: words of special categories that the writer was shown and keeps.
        form: as it was sent; its key becomes the id of the note.
    """

    text: str
    kind: str
    seen_hints: frozenset[str]
    form: SentForm


class NoteKindUnknownError(InvalidInputError):
    """A note is of none of the kinds there are."""

    message = "Diese Art von Notiz gibt es nicht. Bitte wählen Sie eine aus der Liste."


def write(session: Session, *, subject_id: str, new: NewNote, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Write a note about one person; the same form with the same text sent again writes nothing.

    Raises:
        NoteKindUnknownError: the kind was not chosen from the list.
        EmptyNoteError, NoteTooLongError, SpecialCategoryError: the text cannot be taken, or not yet.
        FieldWithoutPurposeError, PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError:
            as the door says.
        NotFoundError: no contact has this id.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    if new.kind not in set(NoteKind):
        raise NoteKindUnknownError(field="kind")
    note_id = forms.key_of(session, new.form)
    get_contact(session, subject_id=subject_id)
    if session.get(Note, (subject_id, note_id)):
        return
    with forms.sent_twice_is_known():
        notes.write(
            session,
            subject_id=subject_id,
            text=new.text,
            kind=NoteKind(new.kind),
            purpose=purpose,
            actor=actor,
            now=now,
            seen_hints=new.seen_hints,
            note_id=note_id,
        )
