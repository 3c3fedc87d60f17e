"""Checks a form for a contact as a whole, so that every mistake is shown at once, each at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.contact import Contact
from crm.privacy.collection import Notice
from crm.privacy.errors import FieldWithoutPurposeError, OriginMissingError
from crm.services.companies.choosing import choose_company
from crm.services.contacts import fields as contact_fields
from crm.services.contacts.entry import ContactEntry, Likeness, fields_to_compare, find_duplicates, require_findable
from crm.site.errors import sentence_of
from crm.site.i18n import in_language
from crm.web.belonging import find_faults, raised
from crm.web.contacts.form_fields import TypedContact
from crm.web.desk import Desk


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

    def find_new_likenesses(self, db: Session, desk: Desk, *, subject_id: str, before: Mapping[str, str]) -> Sequence[Likeness]:
        """Return whom this change makes the person like; nobody, and no entry, where it touches nothing people are compared by."""
        fields = fields_to_compare(self.entry.fields, before=before)
        if self.errors or not fields:
            return ()
        return find_duplicates(db, fields=fields, purpose=desk.purpose, actor=desk.actor, now=desk.now, besides=subject_id)


def check(db: Session, desk: Desk, typed: TypedContact, *, contact: Contact | None) -> Checked:
    """Return the entry and every mistake in it; `contact` is the one to be changed, None for a new one."""
    cleaned, faults = contact_fields.check(typed.fields, custom=desk.purpose.custom, before=typed.before)
    faults += [FieldWithoutPurposeError(field=name, purpose=in_language(desk.purpose.title)) for name in typed.unbound]
    company_id = None
    try:
        company_id = _company(db, typed, contact)
    except InvalidInputError as fault:
        faults.append(fault)
    former = contact.owner_id if contact else None
    faults += find_faults(db, desk, segment=typed.segment, owner_id=typed.owner_id, former_owner_id=former)
    faults += [] if contact else find_faults_of_source(origin=typed.origin, notice=typed.notice)
    if not {fault.field for fault in faults} & {"last_name", "email"}:
        faults += raised(lambda: require_findable(cleaned))
    entry = ContactEntry(fields=cleaned, company_id=company_id, owner_id=typed.owner_id or None, segment=typed.segment or None)
    return Checked(entry, {fault.field or "last_name": sentence_of(fault) for fault in reversed(faults)})


def _company(db: Session, typed: TypedContact, contact: Contact | None) -> str | None:
    """Return the company; one that was left as it stood stays, because names need not be unique."""
    if contact and contact.company_id and typed.company == typed.before.get("company", ""):
        return contact.company_id
    return choose_company(db, text=typed.company)


def find_faults_of_source(*, origin: str, notice: str) -> list[InvalidInputError]:
    """Return what is wrong with where a new person's data come from, and with what the person was told."""
    faults = raised(lambda: contact_fields.clean_origin(origin))
    faults += [] if origin.strip() else [OriginMissingError(field="origin")]
    faults += [] if notice in {Notice.GIVEN, Notice.DUE} else [NoticeUnknownError(field="notice")]
    return faults
