"""Checks a form for a contact as a whole, so that every mistake is shown at once, each at its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.contact import Contact
from crm.privacy.collection import Notice
from crm.privacy.errors import OriginMissingError
from crm.services.companies.choosing import choose_company
from crm.services.contacts import fields as contact_fields
from crm.services.contacts.entry import ContactEntry, Likeness, find_duplicates, require_findable
from crm.services.staff_names import require_account
from crm.site.errors import sentence_of
from crm.web.contacts.form_fields import TypedContact
from crm.web.desk import Desk, require_posted_purpose


class NoticeUnknownError(InvalidInputError):
    """Nobody says whether the person was told."""

    message = "Bitte wählen Sie, ob die Person informiert ist."


@dataclass(frozen=True, slots=True)
class Checked:
    """What the form says, and what is wrong with it by field."""

    entry: ContactEntry
    errors: Mapping[str, str]

    def find_likenesses(self, db: Session, desk: Desk) -> Sequence[Likeness]:
        """Return who may be the same person; only once the form itself is right."""
        if self.errors:
            return ()
        return find_duplicates(db, fields=self.entry.fields, purpose=desk.purpose, actor=desk.actor, now=desk.now)


def check(db: Session, desk: Desk, typed: TypedContact, *, contact: Contact | None) -> Checked:
    """Return the entry and every mistake in it; `contact` is the one to be changed, None for a new one."""
    cleaned, faults = contact_fields.check(typed.fields)
    company_id = None
    try:
        company_id = _company(db, typed, contact)
    except InvalidInputError as fault:
        faults.append(fault)
    faults += [*_faults_of_record(db, typed, contact), *raised(lambda: require_posted_purpose(desk))]
    if not {fault.field for fault in faults} & {"last_name", "email"}:
        faults += raised(lambda: require_findable(cleaned))
    entry = ContactEntry(fields=cleaned, company_id=company_id, owner_id=typed.owner_id or None, segment=typed.segment or None)
    return Checked(entry, {fault.field or "last_name": sentence_of(fault) for fault in reversed(faults)})


def _company(db: Session, typed: TypedContact, contact: Contact | None) -> str | None:
    """Return the company; one that was left as it stood stays, because names need not be unique."""
    if contact and contact.company_id and typed.company == typed.before.get("company", ""):
        return contact.company_id
    return choose_company(db, text=typed.company)


def _faults_of_record(db: Session, typed: TypedContact, contact: Contact | None) -> list[InvalidInputError]:
    faults = raised(lambda: contact_fields.clean_segment(typed.segment))
    if typed.owner_id and typed.owner_id != (contact.owner_id if contact else None):
        faults += raised(lambda: require_account(db, typed.owner_id))
    if contact is None:
        faults += raised(lambda: contact_fields.clean_origin(typed.origin))
        faults += [OriginMissingError(field="origin")] if not typed.origin.strip() else []
        faults += [NoticeUnknownError(field="notice")] if typed.notice not in {Notice.GIVEN, Notice.DUE} else []
    return faults


def raised(call: Callable[[], object]) -> list[InvalidInputError]:
    """Return what is wrong with an input as a list, to be shown together with what is wrong with others."""
    try:
        call()
    except InvalidInputError as fault:
        return [fault]
    return []
