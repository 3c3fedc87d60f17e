"""What people are at companies. The door says for whom a purpose may know and change it.

Source: Art. 5(1)(b), (c) DSGVO.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.errors import InvalidInputError
from crm.models.affiliation import Affiliation
from crm.models.company import Company
from crm.models.field_groups import FieldGroup
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_access
from crm.privacy.errors import FieldWithoutPurposeError
from crm.privacy.purposes import Purpose
from crm.services import work_rules
from crm.services.companies.choosing import choose_company

GROUP: Final = FieldGroup.POSITION  # a purpose that may know what somebody works as may know what they do for a company
_MOST: Final = 20  # of one person
_OF_PERSON: Final = (
    select(Affiliation, Company.name)
    .join(Company, Company.id == Affiliation.company_id)
    .where(Affiliation.subject_id == bindparam("subject_id"))
    .order_by(Company.sort_key, Affiliation.id)
)


class CapacityUnknownError(InvalidInputError):
    """No role has this code."""

    message = "Bitte wählen Sie eine Rolle aus der Liste."


class AffiliationCompanyMissingError(InvalidInputError):
    """Nobody says at which company."""

    message = "Bitte nennen Sie die Firma, bei der die Person diese Rolle hat."


class AffiliationTwiceError(InvalidInputError):
    """The person has this role at this company already."""

    message = "Diese Rolle hat die Person bei dieser Firma schon."


class TooManyAffiliationsError(InvalidInputError):
    """More than anybody could keep up to date."""

    message = "Mehr als %(most)s Rollen hält niemand aktuell. Entfernen Sie zuerst eine, die nicht mehr stimmt."


@dataclass(frozen=True, slots=True)
class ShownAffiliation:
    """One role, with the name of the company; None for a sole trader, whose name is a person's."""

    id: str
    company_id: str
    company: str | None
    capacity: str


def find_of_person(session: Session, *, subject_id: str) -> Sequence[ShownAffiliation]:
    """Return what a person is at which companies, for a page that the door has opened."""
    rows = session.execute(_OF_PERSON, {"subject_id": subject_id})
    return [ShownAffiliation(each.id, each.company_id, name, each.capacity) for each, name in rows]


def find_capacities(session: Session, *, company_id: str, subject_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return what each of these people is at a company, by pseudonym."""
    found: dict[str, list[str]] = {}
    rows = select(Affiliation.subject_id, Affiliation.capacity).where(Affiliation.company_id == company_id)
    for subject_id, capacity in session.execute(rows.where(Affiliation.subject_id.in_(subject_ids)).order_by(Affiliation.id)):
        found.setdefault(subject_id, []).append(capacity)
    return found


def begin(session: Session, *, subject_id: str, company: str, capacity: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Note that a person has a role at a company.

    Raises:
        InvalidInputError: the company or the role cannot be taken.
        FieldWithoutPurposeError: the purpose has no use for what somebody works as.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
    """
    _require_writable(session, subject_id, purpose, actor, now)
    if capacity not in work_rules.find(session).capacities:
        raise CapacityUnknownError(field="capacity")
    company_id = choose_company(session, text=company)
    if company_id is None:
        raise AffiliationCompanyMissingError(field="company")
    before = find_of_person(session, subject_id=subject_id)
    if any((each.company_id, each.capacity) == (company_id, capacity) for each in before):
        raise AffiliationTwiceError(field="capacity")
    if len(before) >= _MOST:
        raise TooManyAffiliationsError(field="company", most=_MOST)
    session.add(
        Affiliation(
            id=new_id(), subject_id=subject_id, company_id=company_id, capacity=capacity, created_at=now, created_by=actor.pseudonym
        )
    )
    _enter(session, Action.AFFILIATION_BEGUN, subject_id, capacity, purpose, actor, now)


def end(session: Session, *, subject_id: str, affiliation_id: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Remove a role; one that is gone already is no fault.

    Raises:
        FieldWithoutPurposeError, PurposeNotAllowedError, NoLawfulBasisError …: as for `begin`.
    """
    _require_writable(session, subject_id, purpose, actor, now)
    found = session.get(Affiliation, affiliation_id)
    if found is None or found.subject_id != subject_id:
        return
    session.execute(delete(Affiliation).where(Affiliation.id == affiliation_id))
    _enter(session, Action.AFFILIATION_ENDED, subject_id, found.capacity, purpose, actor, now)


def _require_writable(session: Session, subject_id: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    if GROUP not in purpose.groups:
        raise FieldWithoutPurposeError(field="capacity", purpose=purpose.title["de"])


def _enter(session: Session, action: Action, subject_id: str, capacity: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        result=capacity,  # no group: nothing of what lies sealed was written
    )
