"""Which records of the other system are known here already, living or erased."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from crm.db import insert_rows
from crm.models.contact import SourceRecord
from crm.privacy import screening
from crm.privacy.new_person import SourceKey
from crm.vault import Subject, SubjectState, Vault

# Built once, because every batch asks it.
_KNOWN = (
    select(SourceRecord.record_tag, Subject.id, SourceRecord.company_id)
    .outerjoin(Subject, (Subject.id == SourceRecord.subject_id) & (Subject.state == SubjectState.LIVING))
    .where(SourceRecord.system == bindparam("system"), SourceRecord.record_tag.in_(bindparam("tags", expanding=True)))
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
    vault = Vault.of(session)
    record_of = {vault.source_tag(system, each): each for each in record_ids}
    rows = session.execute(_KNOWN, {"system": system, "tags": list(record_of)})
    return {record_of[tag]: KnownRecord(subject_id, company_id) for tag, subject_id, company_id in rows}


def find_erased(session: Session, system: str, record_ids: Collection[str]) -> set[str]:
    """Return those of the records whose person was erased here."""
    erased = screening.find_erased(session, [SourceKey(system=system, record_id=each) for each in record_ids])
    return {each.record_id for each in erased}


def add_companies(session: Session, system: str, companies: Mapping[str, str]) -> None:
    """Remember which company came from which record: {record id: company id}."""
    vault = Vault.of(session)
    rows = [
        {"system": system, "record_tag": vault.source_tag(system, record_id), "subject_id": None, "company_id": company_id}
        for record_id, company_id in companies.items()
    ]
    insert_rows(session.connection(), SourceRecord, rows)


def add_company_of_person(session: Session, system: str, companies: Mapping[str, str]) -> None:
    """Add the company to records that are known by their person: {record id: company id}."""
    vault = Vault.of(session)
    for record_id, company_id in companies.items():
        of_record = (SourceRecord.system == system, SourceRecord.record_tag == vault.source_tag(system, record_id))
        session.execute(update(SourceRecord).where(*of_record).values(company_id=company_id))
