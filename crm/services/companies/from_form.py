"""Companies that somebody types in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.company import Company
from crm.models.field_groups import GROUP_OF
from crm.models.privacy_task import TaskKind
from crm.privacy import disclosure, due, tasks
from crm.privacy.collection import NOTICE_WITHIN, NewPerson, Notice
from crm.privacy.purposes import Purpose
from crm.services import forms
from crm.services.companies import entry as companies
from crm.services.companies.entry import CompanyEntry
from crm.services.contacts.entry import ConsentFirstError
from crm.services.contacts.fields import clean, clean_origin, clean_segment
from crm.services.forms import SentForm

_SHARED_FIELDS = ("street", "postal_code", "city", "country", "phone")


class OwnerNameMissingError(InvalidInputError):
    """A sole trader is a person, and a person needs a name."""

    message = "Bitte geben Sie den Nachnamen der Inhaberin oder des Inhabers an."


@dataclass(frozen=True, slots=True, kw_only=True)
class SoleTrader:
    """The person behind a company as somebody typed them in, with what the door in wants to know."""

    fields: Mapping[str, str]
    origin: str
    notice: Notice


def create(session: Session, *, entry: CompanyEntry, form: SentForm, actor: Actor, now: datetime) -> str:
    """Take in a company that is a legal person and return its id; the same form with the same content sent again takes in nothing.

    Raises:
        InvalidInputError: what was typed cannot be taken.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    if known := forms.find_saved_company(session, form):
        return known
    company_id = companies.create(session, entry=entry, actor=actor, now=now)
    forms.note_saved_company(session, form=form, company_id=company_id)
    return company_id


def create_sole_trader(
    session: Session, *, entry: CompanyEntry, owner: SoleTrader, purpose: Purpose, form: SentForm, actor: Actor, now: datetime
) -> str:
    """Take in a sole trader; address and phone of the business are the person's own.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
        InvalidInputError: what was typed cannot be taken.
        ConsentFirstError: the purpose gives no ground to take in anybody.
        SuppressedError: the address must not get advertising, and there is no other purpose.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    disclosure.require_role(purpose, actor)
    if purpose.needs_consent:
        raise ConsentFirstError
    if known := forms.find_saved_company(session, form):
        return known
    if not owner.fields.get("last_name", "").strip():
        raise OwnerNameMissingError(field="last_name")
    person = _person(entry, owner, purpose, now)
    company_id = companies.create_sole_trader(session, entry=entry, person=person, actor=actor, now=now)
    forms.note_saved_company(session, form=form, company_id=company_id)
    subject_id = companies.get_company(session, company_id=company_id).subject_id
    if owner.notice is Notice.DUE and subject_id:
        last_day = due.last_day(now, within=NOTICE_WITHIN, zone=due.zone_of(session))
        tasks.open_many(session, [(subject_id, TaskKind.NOTICE_DUE, last_day)], actor=actor, now=now)
    return company_id


def _person(entry: CompanyEntry, owner: SoleTrader, purpose: Purpose, now: datetime) -> NewPerson:
    shared = {name: entry.fields.get(name, "") for name in _SHARED_FIELDS if GROUP_OF[name] in purpose.groups}
    return NewPerson(
        fields=clean({**shared, **owner.fields}),
        purposes=[purpose],
        origin=clean_origin(owner.origin),
        notice=owner.notice,
        collected_at=now,
        last_contact_at=now,
        owner_id=entry.owner_id,
        segment=clean_segment(entry.segment),
    )


def find_same_name(session: Session, *, name: str) -> list[Company]:
    """Return companies of this name, whatever its capitals; sole traders are no part of the question."""
    wanted = " ".join(name.split()).lower()
    if not wanted:
        return []
    return list(session.scalars(select(Company).where(func.lower(Company.name) == wanted).order_by(Company.city).limit(5)))
