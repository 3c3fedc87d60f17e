"""A mail to one person about a matter at hand: sent by the lawful way, and kept as a note.

Advertising goes another way: its purposes have no notes, and each of its mails shows the way out.

Source: Art. 5(1)(b), 6(1), 21 DSGVO; § 7 UWG.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.mail import REPLY_TO, Letter
from crm.models.account import Account
from crm.models.contact import Note, NoteKind
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, notes, post
from crm.privacy.purposes import Purpose
from crm.readable import many_lines
from crm.services import forms, lawful_mail
from crm.services.accounts import addresses
from crm.services.contacts.fields import clean_line
from crm.services.contacts.view import get_contact
from crm.services.forms import SentForm
from crm.services.staff_names import find_account_id

KIND: Final = "personal_mail"
LONGEST_SUBJECT: Final = 150  # characters


class MailSubjectMissingError(InvalidInputError):
    """A mail without a subject ends among the unwanted ones."""

    message = "Bitte geben Sie der E-Mail einen Betreff."


class NotForMattersError(InvalidInputError):
    """The purpose is about advertising, which nobody writes by hand."""

    message = (
        "Für den Zweck „%(purpose)s“ schreiben Sie hier nicht: Hier geht es um laufende Vorgänge, Werbung läuft über Kampagnen. "
        "Wechseln Sie oben den Zweck."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail as it comes from the form.

    Attributes:
        seen_hints: words of special categories that the writer was shown and keeps.
        form: as it was sent; its key becomes the id of the note.
    """

    subject: str
    text: str
    seen_hints: frozenset[str]
    form: SentForm


def serves(purpose: Purpose) -> bool:
    """Say whether mails to single people are written for a purpose: one that has mail and keeps what was said."""
    return {FieldGroup.EMAIL, FieldGroup.NOTES} <= set(purpose.groups) and not purpose.direct_marketing


def send(session: Session, *, subject_id: str, new: NewMail, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Put the mail into the outbox and keep it as a note, in one transaction; the same form sent again sends nothing more.

    Raises:
        MailSubjectMissingError, FieldTooLongError, ControlCharacterError: the subject cannot be taken.
        EmptyNoteError, NoteTooLongError, TurnedTextError, SpecialCategoryError: the text cannot be taken, or not yet.
        NotForMattersError, ChannelClosedError, NoAddressError: no mail goes to this person, or not for this purpose.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
        NotFoundError: no contact has this id.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    note_id = forms.key_of(session, new.form)
    get_contact(session, subject_id=subject_id)
    if session.get(Note, (subject_id, note_id)):
        return
    subject, text = clean_line(new.subject, field="subject", longest=LONGEST_SUBJECT), many_lines(new.text)
    if not subject:
        raise MailSubjectMissingError(field="subject")
    notes.require_text(text, new.seen_hints)
    if not serves(purpose):
        raise NotForMattersError(field="text", purpose=purpose.title["de"])
    person = disclosure.open_person(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now, groups={FieldGroup.EMAIL})
    address = lawful_mail.address_of(person, purpose=purpose, now=now, field="text")
    with forms.sent_twice_is_known():
        notes.write(
            session,
            subject_id=subject_id,
            text=f"{subject}\n\n{text}",
            kind=NoteKind.LETTER,
            purpose=purpose,
            actor=actor,
            now=now,
            seen_hints=new.seen_hints,
            note_id=note_id,
        )
    letter = Letter(to=address, subject=subject, text=text, headers=_answered_to(session, actor))
    post.write(session, letter, kind=KIND, now=now, subject_id=subject_id)


def _answered_to(session: Session, actor: Actor) -> dict[str, str]:
    """Return the header by which an answer reaches whoever wrote, not the installation."""
    account = session.get(Account, find_account_id(session, actor) or "")
    address = addresses.email_of(session, account) if account else ""
    return {REPLY_TO: address} if address.isascii() and address else {}
