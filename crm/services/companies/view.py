"""One company in full view, with the people of it whom the purpose may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.affiliation import Affiliation
from crm.models.company import COMPANY_FIELDS, Company, CompanyKind
from crm.models.contact import Contact
from crm.privacy import disclosure, due, sole_trader
from crm.privacy.due import Forgetting
from crm.privacy.purposes import Purpose
from crm.services import affiliations
from crm.services.companies import hierarchy
from crm.services.companies.entry import get_company
from crm.services.contacts.listing import LIST_GROUPS, ListedContact, with_facts
from crm.vault import ErasedError, Subject, SubjectState

PEOPLE_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyView:
    """Everything the company page shows.

    Attributes:
        people: None where the page shows no people.
        capacities: what they are at the company, by pseudonym.
        above, below: what the company belongs to, the nearest first, and what belongs to it.
        forgetting: rules that end the data of a sole trader; empty for a legal person.
    """

    company: Company
    fields: Mapping[str, str]
    people: tuple[ListedContact, ...] | None
    capacities: Mapping[str, Sequence[str]]
    above: Sequence[Company]
    below: Sequence[Company]
    forgetting: tuple[Forgetting, ...]

    @property
    def is_sole_trader(self) -> bool:
        return self.company.kind == CompanyKind.NATURAL_PERSON


def open_company(
    session: Session,
    *,
    company_id: str,
    purpose: Purpose | None,
    people_for: Purpose | None,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
) -> CompanyView:
    """Open one company; one entry for the people on the page, and one for the sole trader's own details.

    Args:
        people_for: the purpose to show people for; None where the page shows no people.

    Raises:
        NotFoundError: no company has this id, or it is a sole trader's and the actor acts for no purpose.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a sole trader.
    """
    company = get_company(session, company_id=company_id)
    fields = open_fields(session, company=company, purpose=purpose, actor=actor, now=now)
    people = _open_people(session, company_id, people_for, actor, now) if people_for else None
    listed = [each.person.subject_id for each in people or ()]
    knows = people_for is not None and affiliations.GROUP in people_for.groups
    return CompanyView(
        company=company,
        fields=fields,
        people=people,
        capacities=affiliations.find_capacities(session, company_id=company_id, subject_ids=listed) if knows and listed else {},
        above=hierarchy.find_above(session, company_id=company_id),
        below=hierarchy.find_below(session, company_id=company_id),
        forgetting=_forgetting(session, company, now, zone),
    )


def open_fields(session: Session, *, company: Company, purpose: Purpose | None, actor: Actor, now: datetime) -> Mapping[str, str]:
    """Return the filled fields of a company; those of a sole trader come through the door.

    Raises: as `open_company`.
    """
    if company.kind == CompanyKind.LEGAL_PERSON:
        return {name: value for name in COMPANY_FIELDS if (value := getattr(company, name))}
    subject = session.get(Subject, company.subject_id)
    if subject is None or subject.state != SubjectState.LIVING:
        raise ErasedError  # before the purpose: also who may see no sole trader is told why the link leads nowhere
    if purpose is None:
        raise NotFoundError
    return sole_trader.open_sole_trader(session, company=company, purpose=purpose, actor=actor, now=now)


def _open_people(session: Session, company_id: str, purpose: Purpose, actor: Actor, now: datetime) -> tuple[ListedContact, ...]:
    about = select(Contact.subject_id).where(Contact.company_id == company_id)
    others = select(Affiliation.subject_id).where(Affiliation.company_id == company_id)
    found = union(about, others) if affiliations.GROUP in purpose.groups else about  # apart: each has an index of its own
    newest = select(Contact.subject_id).where(Contact.subject_id.in_(found)).order_by(Contact.last_contact_at.desc(), Contact.subject_id)
    ids = session.scalars(newest.limit(PEOPLE_SHOWN)).all()
    if not ids:  # nobody was looked for: the page is about the company
        return ()
    people = disclosure.open_people(session, subject_ids=ids, groups=LIST_GROUPS, purpose=purpose, actor=actor, now=now)
    return tuple(with_facts(session, people))


def _forgetting(session: Session, company: Company, now: datetime, zone: ZoneInfo) -> tuple[Forgetting, ...]:
    found = due.find_forgetting(session, [company.subject_id], zone=zone, now=now) if company.subject_id else {}
    return found.get(company.subject_id or "", ())
