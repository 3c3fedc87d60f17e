"""Whom a row of daily work is about: the people and companies that other records became here, and nobody who is gone.

Source: Art. 5(1)(c), (d), 17(1) DSGVO.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company
from crm.models.contact import Contact, Lookup
from crm.models.deal import Deal
from crm.models.field_groups import FieldGroup
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.purposes import Channel
from crm.search.exact import exact_email
from crm.services.imports import sources
from crm.services.imports.rows import Reason, WorkRow
from crm.services.imports.sources import KnownRecord
from crm.services.imports.work.identity import row_id
from crm.vault import Subject, SubjectState, Vault


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom a row is about; of somebody who would come in with the same import, nothing is known yet (dry run)."""

    subject_id: str | None = None
    company_id: str | None = None
    deal_id: str | None = None
    arrival: Hashable | None = None


Found = Customer | Reason


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows of everything the rows of a batch name."""

    records: Mapping[str, KnownRecord]
    erased: Collection[str]
    arriving: Mapping[str, Hashable]
    deals: Mapping[str, Found]
    by_email: Mapping[str, list[str]]
    by_name: Mapping[str, list[str]]


def find_customers(
    session: Session, system: str, rows: Sequence[WorkRow], *, arriving: Mapping[str, Hashable], actor: Actor, now: datetime
) -> dict[int, Found]:
    """Return by row whom it is about, or why it can be about nobody.

    Args:
        arriving: records that would come in with the same import; for the dry run.
    """
    named = {each for row in rows for each in (row.person, row.company, row.matter) if each}
    known = _Known(
        records=sources.find_known(session, system, named),
        erased=sources.find_erased(session, system, named),
        arriving=arriving,
        deals=_find_deals(session, system, {row.matter for row in rows if row.matter}),
        by_email=_find_by_email(session, {row.email for row in rows if row.email}, actor=actor, now=now),
        by_name=_find_by_name(session, {row.company_name for row in rows if row.company_name}),
    )
    found = {row.row: _find(row, known) for row in rows}
    return _with_employers(session, found)


def _find(row: WorkRow, known: _Known) -> Found:
    person, company, matter = _person(row, known), _company(row, known), _matter(row, known)
    for each in (person, company, matter):
        if each is Reason.PERSON_ERASED:
            return each
    if isinstance(person, Reason):  # what is about somebody who is not here is not about the company alone
        return person
    if person is None and isinstance(company, Reason) and not isinstance(matter, Customer):
        return company
    parts = [each for each in (person, company, matter) if isinstance(each, Customer)]
    if not parts:
        return matter if isinstance(matter, Reason) else Reason.WITHOUT_CUSTOMER
    return Customer(
        subject_id=next((each.subject_id for each in parts if each.subject_id), None),
        company_id=next((each.company_id for each in (company, person, matter) if isinstance(each, Customer) and each.company_id), None),
        deal_id=matter.deal_id if isinstance(matter, Customer) else None,
        arrival=next((each.arrival for each in parts if each.arrival is not None), None),
    )


def _person(row: WorkRow, known: _Known) -> Found | None:
    if row.person:
        return _record(row.person, known, Reason.PERSON_NOT_HERE)
    if not row.email:
        return None
    people = known.by_email.get(row.email, [])
    if len(people) > 1:
        return Reason.SEVERAL_PEOPLE
    return Customer(subject_id=people[0]) if people else Reason.PERSON_NOT_HERE


def _company(row: WorkRow, known: _Known) -> Found | None:
    if row.company:
        return _record(row.company, known, Reason.COMPANY_NOT_HERE)
    if not row.company_name:
        return None
    companies = known.by_name.get(row.company_name, [])
    if len(companies) > 1:
        return Reason.SEVERAL_COMPANIES
    return Customer(company_id=companies[0]) if companies else Reason.COMPANY_NOT_HERE


def _matter(row: WorkRow, known: _Known) -> Found | None:
    if not row.matter:
        return None
    if row.matter in known.deals:
        return known.deals[row.matter]
    return _record(row.matter, known, Reason.MATTER_NOT_HERE)


def _record(record_id: str, known: _Known, missing: Reason) -> Found:
    if record_id in known.erased:
        return Reason.PERSON_ERASED
    if record_id in known.records:
        record = known.records[record_id]
        return Customer(record.subject_id, record.company_id) if record.subject_id or record.company_id else Reason.PERSON_ERASED
    return Customer(arrival=known.arriving[record_id]) if record_id in known.arriving else missing


def _find_deals(session: Session, system: str, record_ids: Collection[str]) -> dict[str, Found]:
    """Return whom the deals among these records are about; one whose person is gone leads to nobody."""
    if not record_ids:
        return {}
    by_id = {row_id(session, system, each): each for each in record_ids}
    rows = session.execute(
        select(Deal.id, Deal.subject_id, Deal.company_id, Subject.state)
        .outerjoin(Subject, Subject.id == Deal.subject_id)
        .where(Deal.id.in_(list(by_id)))
    )
    return {
        by_id[deal_id]: Reason.PERSON_ERASED if subject_id and state != SubjectState.LIVING else Customer(subject_id, company_id, deal_id)
        for deal_id, subject_id, company_id, state in rows
    }


def _find_by_email(session: Session, emails: Collection[str], *, actor: Actor, now: datetime) -> dict[str, list[str]]:
    """Return the living people with exactly these addresses; one entry names them all."""
    exact = {each: exact_email(each) for each in emails}
    if not any(exact.values()) or session.scalar(select(Lookup.subject_id).limit(1)) is None:
        return {}
    vault = Vault.of(session)
    email_of = {tag: each for each, address in exact.items() if address for tag in vault.lookup_tags(Channel.EMAIL, address)}
    living = select(Lookup.subject_id, Lookup.tag).join(Subject, (Subject.id == Lookup.subject_id) & (Subject.state == SubjectState.LIVING))
    found: dict[str, list[str]] = defaultdict(list)
    for subject_id, tag in session.execute(living.where(Lookup.field == Channel.EMAIL, Lookup.tag.in_(list(email_of)))):
        found[email_of[tag]].append(subject_id)
    people = list(dict.fromkeys(each for ids in found.values() for each in ids))
    if people:
        audit.record(session, Action.PEOPLE_MATCHED, actor=actor, now=now, subjects=people, groups=[FieldGroup.EMAIL])
    return found


def _find_by_name(session: Session, names: Collection[str]) -> dict[str, list[str]]:
    if not names:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for company_id, name in session.execute(select(Company.id, Company.name).where(Company.name.in_(list(names)))):
        found[name or ""].append(company_id)
    return found


def _with_employers(session: Session, found: Mapping[int, Found]) -> dict[int, Found]:
    """Add to people without a company the one they work for, as the forms do."""
    alone = {each.subject_id for each in found.values() if isinstance(each, Customer) and each.subject_id and not each.company_id}
    if not alone:
        return dict(found)
    rows = session.execute(select(Contact.subject_id, Contact.company_id).where(Contact.subject_id.in_(list(alone))))
    employers = dict(rows.all())
    return {
        row: replace(each, company_id=employers.get(each.subject_id))
        if isinstance(each, Customer) and each.subject_id in alone and not each.company_id
        else each
        for row, each in found.items()
    }
