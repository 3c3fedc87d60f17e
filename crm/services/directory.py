"""Feeds the search index: reads people through the door and makes documents of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.clock import Clock
from crm.db import Database
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.lawfulness import GroundEvent
from crm.privacy import custom_values, disclosure, lawfulness, purposes
from crm.privacy.custom_fields import CustomField
from crm.search.builder import IndexBuilder
from crm.search.document import IndexDocument
from crm.search.feed import ChangeKind, announce, current_position
from crm.services.companies.sole_traders import SOLE_TRADER
from crm.vault import ErasedError, TamperedError

_BATCH = 1_000
_ACTOR = system_actor("index")
_log = structlog.get_logger()


def build(database: Database, builder: IndexBuilder, *, clock: Clock, progress: Callable[[int, int], None]) -> None:
    """Read every living person once and swap the new index in; runs in batches, so that nobody waits for it."""
    with database.reading() as session:
        position = current_position(session)
        total = session.scalar(select(func.count()).select_from(Contact)) or 0
    builder.build(_all_documents(database, clock), total=total, position=position, progress=progress)


def _all_documents(database: Database, clock: Clock) -> Iterator[IndexDocument]:
    last = ""
    while True:
        with database.reading() as session:
            ids = session.scalars(
                select(Contact.subject_id).where(Contact.subject_id > last).order_by(Contact.subject_id).limit(_BATCH)
            ).all()
            documents = make_documents(session, ids, now=clock.now())
        yield from documents
        if len(ids) < _BATCH:
            return
        last = ids[-1]


def make_documents(session: Session, subject_ids: Sequence[str], *, now: datetime) -> list[IndexDocument]:
    """Make the documents of these people; those whom no purpose may use now have none."""
    bits = find_purpose_bits(session, subject_ids, now=now)
    opened = _open_readable(session, [each for each in subject_ids if each in bits], now=now)
    rows = session.execute(
        select(
            Contact.subject_id,
            Contact.company_id,
            Contact.owner_id,
            Contact.segment,
            Contact.last_contact_at,
            Company.name,
            Company.subject_id,
        )
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(Contact.subject_id.in_(opened))
    )
    findable = _findable(session)
    return [_document(opened[row[0]], bits[row[0]], _Facts(*row), findable) for row in rows]


def _findable(session: Session) -> list[tuple[CustomField, int]]:
    """Return the custom fields by which people are found, each with the purposes that open it, as bits."""
    known = purposes.find_all(session)
    fields = custom_values.fields_of(list(known))
    bits = {name: sum(1 << each.bit for each in known if fields[name] in each.custom) for name in fields}
    return [(field, bits[name]) for name, field in fields.items() if field.is_searchable]


def find_purpose_bits(session: Session, subject_ids: Sequence[str], *, now: datetime) -> dict[str, int]:
    """Return which purposes may find these people now, as bits; whom none may find is absent."""
    states = lawfulness.find_states(session, subject_ids, now=now)
    known = purposes.find_all(session)
    allowed = {each: lawfulness.allowed_bits(known, state, now=now) for each, state in states.items()}
    return {each: bits for each, bits in allowed.items() if bits}


class _Facts(NamedTuple):
    """What is known of a person without opening anything."""

    subject_id: str
    company_id: str | None
    owner_id: str | None
    segment: str | None
    last_contact_at: datetime
    company_name: str | None
    company_subject_id: str | None


def _document(fields: Mapping[str, str], purpose_bits: int, facts: _Facts, findable: Sequence[tuple[CustomField, int]]) -> IndexDocument:
    return IndexDocument(
        subject_id=facts.subject_id,
        first_name=fields.get("first_name", ""),
        last_name=fields.get("last_name", ""),
        emails=tuple(fields[name] for name in ("email",) if fields.get(name)),
        phones=tuple(fields[name] for name in ("phone", "mobile") if fields.get(name)),
        postal_code=fields.get("postal_code", ""),
        city=fields.get("city", ""),
        custom=tuple((bits, fields[each.name]) for each, bits in findable if fields.get(each.name)),
        company_id=facts.company_id,
        company_name=facts.company_name or fields.get("company", ""),
        owner_id=facts.owner_id,
        segment=facts.segment,
        state=SOLE_TRADER if facts.company_subject_id == facts.subject_id else None,
        purposes=purpose_bits,
        last_activity=int(facts.last_contact_at.timestamp()),  # seconds take half the room of microseconds, four times a person
    )


def _open_readable(session: Session, subject_ids: Sequence[str], *, now: datetime) -> dict[str, dict[str, str]]:
    """Open these people; one whose values were tampered with is left out and named, and does not hide the others."""
    try:
        return disclosure.open_for_index(
            session, subject_ids=subject_ids, fields=[field for field, _ in _findable(session)], actor=_ACTOR, now=now
        )
    except (TamperedError, ErasedError) as error:
        if len(subject_ids) == 1:
            _log.error("index.person_unreadable", subject=subject_ids[0], reason=type(error).__name__)
            return {}
    middle = len(subject_ids) // 2
    return _open_readable(session, subject_ids[:middle], now=now) | _open_readable(session, subject_ids[middle:], now=now)


def announce_turning_points(session: Session, *, since: datetime, now: datetime) -> int:
    """Announce the people whose grounds began or ended by time alone since `since`; returns their number."""
    ids = session.scalars(
        select(GroundEvent.subject_id).where(
            GroundEvent.effective_at > since, GroundEvent.effective_at <= now, GroundEvent.effective_at > GroundEvent.recorded_at
        )
    ).all()
    announce(session, list(dict.fromkeys(ids)), kind=ChangeKind.CHANGED, now=now)
    return len(ids)
