"""Whom a row of daily work is about: a company by its name, a person by the door.

A row may be about a company, a person, or a person at a company. A sole trader is both at once: the company's name is
then the person's, and comes by the door too.

Source: Art. 4(1), 5(1)(c), 25(2) DSGVO.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.company import Company, CompanyKind
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure
from crm.privacy.errors import FieldWithoutPurposeError
from crm.privacy.purposes import Purpose
from crm.services.companies.names import find_names


class CustomerMissingError(InvalidInputError):
    """Nobody says whom it is about."""

    message = "Bitte wählen Sie eine Firma oder eine Person."


class CompanyGoneError(InvalidInputError):
    """The company that was chosen does not exist (any more)."""

    message = "Diese Firma gibt es nicht mehr. Wählen Sie eine andere."


class PersonGoneError(InvalidInputError):
    """The person who was chosen does not exist (any more)."""

    message = "Diese Person gibt es nicht mehr. Wählen Sie eine andere, oder lassen Sie das Feld leer."


class NotTheTraderError(InvalidInputError):
    """A sole trader was chosen, and another person."""

    message = "Hinter dieser Firma steht ein einzelner Mensch. Lassen Sie die Person leer, oder wählen Sie die Inhaberin oder den Inhaber."


class NoRoomForTextError(FieldWithoutPurposeError):
    """What is typed may name the person, and the purpose has no room for free text about people."""

    message = "Der Zweck „%(purpose)s“ hat keinen Platz für freien Text über Personen. Wechseln Sie oben den Zweck."


class About(Protocol):
    """What every row of daily work says about whom it is about."""

    @property
    def id(self) -> str: ...
    @property
    def company_id(self) -> str | None: ...
    @property
    def subject_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom a row is about, as far as the reader may see it.

    Attributes:
        company: name of a company that is a legal person; empty where there is none, and for a sole trader.
        person: fields of the name that the door handed out; None where it did not, or where nobody is concerned.
    """

    company_id: str | None
    company: str
    subject_id: str | None
    person: Mapping[str, str] | None


NOBODY: Final = Customer(None, "", None, None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A company, a person or both, as a row keeps them."""

    company_id: str | None
    subject_id: str | None


@dataclass(frozen=True, slots=True)
class _Unkept:
    id: str
    company_id: str | None
    subject_id: str | None


def find_customers(session: Session, rows: Sequence[About], *, purpose: Purpose | None, actor: Actor, now: datetime) -> dict[str, Customer]:
    """Return whom these rows are about by their id; one entry for all people, none where nobody is concerned.

    Args:
        purpose: None where the reader's role acts for none; then nobody is named.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    companies = find_names(session, {row.company_id for row in rows if row.company_id})
    subject_ids = list(dict.fromkeys(row.subject_id for row in rows if row.subject_id))
    people = _open(session, subject_ids, purpose, actor, now) if purpose and subject_ids else {}
    return {
        row.id: Customer(row.company_id, companies.get(row.company_id or "", ""), row.subject_id, people.get(row.subject_id or ""))
        for row in rows
    }


def find_customer(session: Session, chosen: Chosen, *, purpose: Purpose | None, actor: Actor, now: datetime) -> Customer:
    """Return whom something is about that is not kept yet, as `find_customers` does.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    row = _Unkept("", chosen.company_id, chosen.subject_id)
    return find_customers(session, [row], purpose=purpose, actor=actor, now=now)[row.id]


def _open(session: Session, subject_ids: list[str], purpose: Purpose, actor: Actor, now: datetime) -> dict[str, Mapping[str, str]]:
    groups = {FieldGroup.IDENTITY}
    opened = disclosure.open_people(session, subject_ids=subject_ids, groups=groups, purpose=purpose, actor=actor, now=now)
    return {person.subject_id: person.fields for person in opened}


def require_customer(session: Session, *, company_id: str | None, subject_id: str | None) -> Chosen:
    """Return whom a row is about: a sole trader is their own company, and their company is they.

    Raises:
        CustomerMissingError, CompanyGoneError, PersonGoneError, NotTheTraderError: it cannot be about these.
    """
    company = session.get(Company, company_id) if company_id else None
    if company_id and company is None:
        raise CompanyGoneError(field="company")
    if subject_id and session.get(Contact, subject_id) is None:
        raise PersonGoneError(field="person")
    if company and company.kind == CompanyKind.NATURAL_PERSON:
        if subject_id not in {None, company.subject_id}:
            raise NotTheTraderError(field="person")
        return Chosen(company.id, company.subject_id)
    if subject_id and company is None:
        return Chosen(session.scalar(select(Company.id).where(Company.subject_id == subject_id)), subject_id)
    if company is None:
        raise CustomerMissingError(field="company")
    return Chosen(company.id, subject_id)


def require_writable(session: Session, subject_id: str | None, *, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Refuse where the purpose may not write about this person; about a company alone, only the role is asked.

    Raises:
        NoRoomForTextError: the purpose has no room for free text about people.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
    """
    disclosure.require_role(purpose, actor)
    if subject_id is None:
        return
    if FieldGroup.NOTES not in purpose.groups:
        raise NoRoomForTextError(purpose=purpose.title["de"])
    disclosure.require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)


def find_employer(session: Session, subject_id: str) -> str | None:
    """Return the company a person belongs to, or None."""
    return session.scalar(select(Contact.company_id).where(Contact.subject_id == subject_id))
