"""Destroys keys, in an order that a crash at any statement leaves repeatable."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from crm.db import Compartment, among, in_batches
from crm.vault.journal import Right, RightsEntry, rights_rows
from crm.vault.schema import data_key, epoch, is_buried, rights_journal, source_tombstone, tombstone
from crm.vault.store import KeyStore, raise_shred_sequence

# Built once, because a run of the Löschkonzept asks them for hundreds of people over and over.
_KEY, _DEAD = data_key.c, tombstone.c
_KEYS_OF = (
    select(_KEY.subject_id, _KEY.compartment, _KEY.version, _KEY.number, _KEY.epoch)
    .where(among(_KEY.subject_id, "ids"), _KEY.compartment.in_(bindparam("compartments", expanding=True)), ~is_buried())
    .order_by(_KEY.subject_id, _KEY.number)
)
_DESTRUCTIONS_OF = (
    select(_DEAD.subject_id, _DEAD.compartment, _DEAD.version, _DEAD.ordered_at, _DEAD.removed_at, epoch.c.closed_at)
    .select_from(tombstone.outerjoin(epoch, epoch.c.number == _DEAD.epoch))
    .where(among(_DEAD.subject_id, "ids"))
    .order_by(_DEAD.number)
)


@dataclass(frozen=True, slots=True)
class Destruction:
    """The end of one key, as a proof of erasure shows it.

    `removed_at`: no file of the running key store holds it any more. `irrecoverable_since`: nor can any copy
    made earlier give it back, because the epoch key it was wrapped by is gone.
    """

    subject_id: str
    compartment: Compartment
    version: int
    ordered_at: datetime
    removed_at: datetime | None
    irrecoverable_since: datetime | None


def order(
    store: KeyStore, subject_ids: Sequence[str], *, compartments: Collection[Compartment], source_tags: Iterable[bytes], now: datetime
) -> None:
    """Enter rights journal and tombstones durably; from here on the keys are never read again."""
    with store.writing() as connection:
        for batch in in_batches(subject_ids):
            _bury(connection, batch, compartments, now)
        _bury_sources(connection, set(source_tags), now)


def remove(store: KeyStore, *, clock: Callable[[], datetime], patience: float) -> bool:
    """Destroy every key that has a tombstone and stamp it when no file holds it; return whether that was reached."""
    with store.writing() as connection:
        pending = connection.scalars(select(tombstone.c.number).where(tombstone.c.removed_at.is_(None))).all()
        if sum(_delete(connection, batch) for batch in in_batches(pending)):
            raise_shred_sequence(connection)
    # Only what was gone before the log was emptied is stamped, not what another process deleted meanwhile.
    if pending and store.is_sqlite and not store.empty_log(patience=patience):
        return False
    now = clock()
    for batch in in_batches(pending):
        with store.writing() as connection:
            unstamped = tombstone.c.number.in_(batch), tombstone.c.removed_at.is_(None)
            connection.execute(update(tombstone).where(*unstamped).values(removed_at=now))
    return True


def find_destructions(store: KeyStore, subject_ids: Sequence[str]) -> list[Destruction]:
    """Return what is known about the destroyed keys of these people."""
    found: list[Destruction] = []
    with store.reading() as connection:
        for batch in in_batches(subject_ids):
            found += map(_destruction, connection.execute(_DESTRUCTIONS_OF, {"ids": batch}))
    return found


def _bury(connection: Connection, subject_ids: Sequence[str], compartments: Collection[Compartment], now: datetime) -> None:
    rows = connection.execute(_KEYS_OF, {"ids": subject_ids, "compartments": [each.value for each in compartments]}).all()
    if rows:
        connection.execute(insert(rights_journal), rights_rows(_erasures(rows, now)))
        connection.execute(insert(tombstone), [{**row._mapping, "ordered_at": now} for row in rows])  # noqa: SLF001 - public in SQLAlchemy despite its name


def _erasures(rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> list[RightsEntry]:
    return [
        RightsEntry(
            right=Right.ERASURE,
            noted_at=now,
            subject_id=subject_id,
            compartments=tuple(dict.fromkeys(Compartment(row.compartment) for row in of_subject)),
        )
        for subject_id, of_subject in groupby(rows, key=lambda row: str(row.subject_id))
    ]


def _bury_sources(connection: Connection, tags: set[bytes], now: datetime) -> None:
    for batch in in_batches(sorted(tags)):
        there = set(connection.scalars(select(source_tombstone.c.tag).where(source_tombstone.c.tag.in_(batch))))
        if new := [{"tag": tag, "ordered_at": now} for tag in batch if tag not in there]:
            connection.execute(insert(source_tombstone), new)


def _delete(connection: Connection, numbers: Sequence[int]) -> int:
    return connection.execute(delete(data_key).where(data_key.c.number.in_(numbers))).rowcount


def _destruction(row: Row[*tuple[Any, ...]]) -> Destruction:
    return Destruction(
        row.subject_id, Compartment(row.compartment), row.version, row.ordered_at, row.removed_at, row.closed_at if row.removed_at else None
    )
