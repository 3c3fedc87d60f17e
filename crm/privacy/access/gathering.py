"""Gathers the rows about a person over all tables, opened, in the order of the tables.

Source: Art. 15(1), (3) DSGVO.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, false, or_, select
from sqlalchemy.orm import Session

from crm.db import Base, among
from crm.models.intake import PersonalLink
from crm.privacy.access.opening import Opener
from crm.privacy.access.ways import Reached, Way, find_ways
from crm.search.exact import exact_email, exact_phone
from crm.vault import Vault

Record = dict[str, Any]

# What a key in a row stands for, so that a copy can be read: (column, name in the copy, table, column of the name).
_MEANINGS: Final = (
    ("company_id", "company", "company", "name"),
    ("wording_id", "wording", "consent_wording", "text"),
    ("field_id", "field", "custom_field", "title_de"),
    ("campaign_id", "campaign", "campaign", "name"),
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What lies in the tables about one person.

    Attributes:
        records: rows by table, each with the names of its columns.
        emails: the e-mail addresses of the person, in their one form.
        unreadable: by table how many values did not open.
    """

    records: Mapping[str, list[Record]]
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    unreadable: Mapping[str, int] = field(default_factory=dict)


def gather(session: Session, subject_ids: Collection[str]) -> Gathered:
    """Return every row about these entries of one person; what the log says comes by its own door."""
    opener = Opener(session)
    ways = find_ways()
    records: dict[str, list[Record]] = {}
    for reached in ways:
        if reached.way is Way.NAMED:
            records[reached.table.name] = _read(session, opener, reached, among(reached.table.c[reached.named_in], "ids"), subject_ids)
    emails, phones = _addresses(records)
    for reached in ways:
        if reached.way is Way.ADDRESS:
            records[reached.table.name] = _read(session, opener, reached, _bears_tag(session, reached.table, emails, phones), subject_ids)
        elif reached.way is Way.LETTERBOX:
            records[reached.table.name] = _find_dropped_in(session, opener, reached, emails, subject_ids)
    _say_meanings(session, records)
    return Gathered({name: rows for name, rows in records.items() if rows}, emails, phones, opener.unreadable)


def _read(session: Session, opener: Opener, reached: Reached, condition: ColumnElement[bool], subject_ids: Collection[str]) -> list[Record]:
    """Return the rows of one table as they are shown, sealed columns opened."""
    table = reached.table
    order = [column for column in table.columns if column.primary_key]
    rows = [dict(row) for row in session.execute(select(table).where(condition).order_by(*order), {"ids": list(subject_ids)}).mappings()]
    shown = [{column.name: plain(row[column.name]) for column in reached.plain if row[column.name] is not None} for row in rows]
    for column in reached.sealed:
        for record, said in zip(shown, opener.open_column(reached, column, rows), strict=True):
            if said is not None:
                record[column.name] = said
    return shown


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: moments and days in ISO 8601, bytes in hexadecimal."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _addresses(records: Mapping[str, Sequence[Record]]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the addresses of the person in the form in which keyed hashes are made of them."""
    emails, phones = set[str | None](), set[str | None]()
    for record in records.get("contact", ()):
        emails.add(exact_email(_field(record, "sealed_email", "email")))
        phones |= {exact_phone(_field(record, "sealed_phone", name)) for name in ("phone", "mobile")}
    for record in records.get("request_case", ()):
        emails.add(exact_email(_field(record, "sealed_request", "email")))
    return frozenset(each for each in emails if each), frozenset(each for each in phones if each)


def _field(record: Record, column: str, name: str) -> str:
    fields = record.get(column)
    return str(fields.get(name, "")) if isinstance(fields, Mapping) else ""


def _bears_tag(session: Session, table: Table, emails: Collection[str], phones: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a row bears the keyed hash of one of these addresses, as whoever wrote it made it."""
    vault = Vault.of(session)
    if table.name == "suppression_entry":
        tags = [tag for each in (*emails, *phones) for tag in vault.suppression_tags(each)]
        return table.c.tag.in_(tags)
    prefix, column = ("request", "address_tag") if table.name == "pending_request" else ("intake", "tag")
    return table.c[column].in_([vault.throttle_tag(f"{prefix}:{each}") for each in emails])


def _find_dropped_in(
    session: Session, opener: Opener, reached: Reached, emails: Collection[str], subject_ids: Collection[str]
) -> list[Record]:
    """Return what the person dropped into the letterbox and nobody has taken out; few messages wait there, so each is looked at."""
    table = reached.table
    link = PersonalLink.__table__.c
    links = select(link.token_hash).where(among(link.subject_id, "ids"))
    by_link = table.c.link_hash.in_(links)
    found = _read(session, opener, reached, or_(by_link, table.c.link_hash.is_(None) if emails else false()), subject_ids)
    return [record for record in found if "link_hash" in record or exact_email(_field(record, "sealed_message", "email")) in emails]


def _say_meanings(session: Session, records: Mapping[str, list[Record]]) -> None:
    """Put beside a key what it stands for; the name of a sole trader is another person's, and stays away."""
    rows = [record for table in records.values() for record in table]
    for column, name, table, title in _MEANINGS:
        wanted = {record[column] for record in rows if column in record}
        meaning = _find_meanings(session, Base.metadata.tables[table], title, wanted) if wanted else {}
        for record in rows:
            if said := meaning.get(record.get(column)):
                record[name] = said


def _find_meanings(session: Session, table: Table, title: str, wanted: Collection[Any]) -> dict[Any, str]:
    known = and_(table.c.id.in_(sorted(wanted)), table.c[title].is_not(None))
    return {row[0]: row[1] for row in session.execute(select(table.c.id, table.c[title]).where(known))}
