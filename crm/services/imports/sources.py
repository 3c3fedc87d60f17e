"""Which records of the other system are known here already, living or erased."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from crm.db import insert_rows
from crm.models.contact import SourceRecord
from crm.privacy import screening
from crm.privacy.new_person import SourceKey
from crm.vault import Subject, SubjectState

# Built once, because every batch asks it.
_KNOWN = (
    select(SourceRecord.record_id, Subject.id, SourceRecord.company_id)
    .outerjoin(Subject, (Subject.id == SourceRecord.subject_id) & (Subject.state == SubjectState.LIVING))
    .where(SourceRecord.system == bindparam("system"), SourceRecord.record_id.in_(bindparam("record_ids", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """What a record became here: a living person, a company, or both for a sole trader."""

    subject_id: str | None
    company_id: str | None


def find_known(session: Session, system: str, record_ids: Collection[str]) -> dict[str, KnownRecord]:
    """Return what these records became, by record id."""
    if not record_ids:
        return {}
    rows = session.execute(_KNOWN, {"system": system, "record_ids": list(record_ids)})
    return {record_id: KnownRecord(subject_id, company_id) for record_id, subject_id, company_id in rows}


def find_erased(session: Session, system: str, record_ids: Collection[str]) -> set[str]:
    """Return those of the records whose person was erased here."""
    erased = screening.find_erased(session, [SourceKey(system=system, record_id=each) for each in record_ids])
    return {each.record_id for each in erased}


def add_companies(session: Session, system: str, companies: Mapping[str, str]) -> None:
    """Remember which company came from which record: {record id: company id}."""
    rows = [
        {"system": system, "record_id": record_id, "subject_id": None, "company_id": company_id}
        for record_id, company_id in companies.items()
    ]
    insert_rows(session.connection(), SourceRecord, rows)


def add_company_of_person(session: Session, system: str, companies: Mapping[str, str]) -> None:
    """Add the company to records that are known by their person: {record id: company id}."""
    for record_id, company_id in companies.items():
        session.execute(
            update(SourceRecord).where(SourceRecord.system == system, SourceRecord.record_id == record_id).values(company_id=company_id)
        )
