"""Is the search index of this host as new as the database, and does it know exactly those whom a purpose may find?

Pseudonyms and bits are compared; nobody's data are opened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.db import in_batches
from crm.models.contact import Contact
from crm.search import IndexBuildingError, IndexPlaceError, IndexReader, Position, find_announced, find_oldest_waiting, find_place, has_gap
from crm.search.ram_folder import RamFolder
from crm.services import directory
from crm.services.health.findings import Finding, State
from crm.services.health.stores import Stores

_MOST_PEOPLE = 3_000
_AT_ONCE = 1_000
_MAY_WAIT = timedelta(minutes=2)
# The worker looks once a minute whose grounds began or ended by time alone.
_MAY_TURN = timedelta(minutes=5)


class IndexPlaceUnfit(Finding):
    """The folder is not this user's alone."""

    check = "index"
    state = State.WRONG
    message = "Der Suchindex ist nicht benutzbar: %(reason)s"


class IndexMissing(Finding):
    """There is no index on this host yet."""

    check = "index"
    state = State.HINT
    message = "Auf diesem Rechner gibt es noch keinen fertigen Suchindex (%(percent)s %%). „lethe worker“ baut ihn auf."


class IndexUnfit(Finding):
    """The index knows a feed that this database does not have, or has lost its place in it."""

    check = "index"
    state = State.WRONG
    message = "Der Suchindex gehört zu einem anderen Stand der Datenbank. Starten Sie „lethe worker“ (neu): Er baut ihn neu auf."


class IndexBehind(Finding):
    """Changes wait that the index has not taken in."""

    check = "index"
    state = State.WRONG
    message = "Der Suchindex ist veraltet: Änderungen warten seit %(since)s darauf. Starten Sie „lethe worker“ (neu)."


class IndexDiffers(Finding):
    """The index knows others than those whom a purpose may find."""

    check = "index"
    state = State.WRONG
    message = (
        "Der Suchindex stimmt nicht mit der Datenbank überein: Von %(people)s geprüften Personen fehlen %(missing)s, "
        "%(surplus)s sind zu viel, %(other)s haben andere Zwecke. "
        "Beenden Sie „lethe worker“, entfernen Sie %(folder)s, und starten Sie ihn neu."
    )


class IndexCurrent(Finding):
    """The index is as new as the database."""

    check = "index"
    state = State.OK
    message = "Der Suchindex ist aktuell; %(people)s Personen sind verglichen."


@dataclass(frozen=True, slots=True)
class _Differences:
    """How many people the index lacks, has too many, or knows with other purposes."""

    missing: int
    surplus: int
    other: int

    @property
    def is_none(self) -> bool:
        return not (self.missing or self.surplus or self.other)


def examine_index(stores: Stores, *, now: datetime, at_most: int = _MOST_PEOPLE) -> Iterator[Finding]:
    """Compare the index of this host with feed and people; one inside of a process is seen by that process only."""
    settings = stores.settings
    try:
        place = find_place(settings.index_dir, installation_id=stores.vault.installation_id, data_dir=settings.data_dir)
        if not isinstance(place, RamFolder):
            return
        reader = IndexReader(place)
        position = reader.position()
        late = _examine_position(stores, position, now=now)
        yield from late or _examine_people(stores, reader, position, place.folder, now=now, at_most=at_most)
    except IndexBuildingError as error:
        yield IndexMissing(percent=error.percent)
    except IndexPlaceError as error:
        yield IndexPlaceUnfit(reason=error)


def _examine_position(stores: Stores, position: Position, *, now: datetime) -> list[Finding]:
    with stores.database.reading() as session:
        if has_gap(session, after=position):
            return [IndexUnfit()]
        oldest = find_oldest_waiting(session, after=position)
    if oldest is not None and now - oldest > _MAY_WAIT:
        return [IndexBehind(since=oldest.isoformat(timespec="seconds"))]
    return []


def _examine_people(stores: Stores, reader: IndexReader, position: Position, folder: Path, *, now: datetime, at_most: int) -> list[Finding]:
    with stores.database.reading() as session:
        people = _choose(session, at_most)
    asked = sorted({*people, *reader.choose(at_most=at_most)})
    indexed = reader.find_purposes(asked)
    # After the index, so that what it does not know yet is announced behind the place it was at.
    with stores.database.reading() as session:
        differences = _compare(session, asked, indexed, position, now)
    if differences.is_none:
        return [IndexCurrent(people=len(asked))]
    return [
        IndexDiffers(
            people=len(asked),
            missing=differences.missing,
            surplus=differences.surplus,
            other=differences.other,
            folder=folder,
        )
    ]


def _choose(session: Session, at_most: int) -> Sequence[str]:
    """Return all people with a contact, or as many as that in random order: their pseudonyms say nothing about them."""
    ids = select(Contact.subject_id)
    count = session.scalar(select(func.count()).select_from(Contact)) or 0
    return session.scalars(ids if count <= at_most else ids.order_by(func.random()).limit(at_most)).all()


def _compare(session: Session, asked: Sequence[str], indexed: dict[str, int], position: Position, now: datetime) -> _Differences:
    """Count differences; not those who are announced, nor those whose grounds turned by time a moment ago."""
    expected = _find_expected(session, asked, now)
    differing = [each for each in asked if expected.get(each) != indexed.get(each)]
    announced = find_announced(session, differing, after=position)
    before = _find_expected(session, differing, now - _MAY_TURN)
    wrong = [each for each in differing if each not in announced and before.get(each) != indexed.get(each)]
    missing = sum(each not in indexed for each in wrong)
    surplus = sum(each not in expected for each in wrong)
    return _Differences(missing, surplus, len(wrong) - missing - surplus)


def _find_expected(session: Session, subject_ids: Sequence[str], now: datetime) -> dict[str, int]:
    expected: dict[str, int] = {}
    for some in in_batches(subject_ids, size=_AT_ONCE):
        contacts = session.scalars(select(Contact.subject_id).where(Contact.subject_id.in_(some))).all()
        expected |= directory.find_purpose_bits(session, contacts, now=now)
    return expected
