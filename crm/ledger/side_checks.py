"""Checks of what lies beside the sealed entries: the unsealed end, tiles above the first level, payloads and salts."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, tuple_

from crm.ledger import tables
from crm.ledger.entry_checks import CHUNK, ChunkReport, blob, check_entries, unsealed_entries
from crm.ledger.findings import Findings, Kind
from crm.ledger.lists import people_in, salted
from crm.ledger.merkle import HASH_BYTES
from crm.ledger.written import sum_counts

_E, _P, _S, _T = tables.entry.c, tables.payload.c, tables.sealed_leaf.c, tables.tile.c
_A, _L = tables.salt.c, tables.fresh_list.c


class UpperTiles:
    """The tiles above level 0 as they should be: one hash for 256 entries, so that they fit into memory."""

    def __init__(self) -> None:
        self._levels: dict[int, bytearray] = {}

    def add(self, level: int, hash_: bytes) -> None:
        self._levels.setdefault(level, bytearray()).extend(hash_)

    def check(self, connection: Connection, findings: Findings) -> None:
        """Compare with the tiles stored; those may have grown since."""
        width = 256 * HASH_BYTES
        for level, hashes in self._levels.items():
            rows = connection.execute(select(_T.number, blob(_T.hashes)).where(_T.level == level))
            stored = {row.number: row.hashes for row in rows}
            for number in range((len(hashes) + width - 1) // width):
                expected = bytes(hashes[number * width : (number + 1) * width])
                if stored.get(number, b"")[: len(expected)] != expected:
                    findings.add(Kind.TILE_DIFFERS, level=level, number=number)


@dataclass(slots=True)
class Tail:
    """The entries that are not sealed yet."""

    count: int
    report: ChunkReport


def check_tail(connection: Connection, findings: Findings, *, size: int, last_id: int, latest_t: int) -> Tail:
    """Check the entries that wait to be sealed as the sealed ones are, as far as that is possible without a hash."""
    dialect = connection.dialect.name
    tail = Tail(0, ChunkReport(latest_t=latest_t))
    rows = connection.execute(unsealed_entries(last_id, size, dialect).execution_options(yield_per=CHUNK))
    for part in rows.partitions():
        check_entries(((size + tail.count + position, *row[1:]) for position, row in enumerate(part)), tail.report)
        tail.count += len(part)
    if dialect == "sqlite":
        _check_numbers(connection, findings, tail.count, size, last_id)
    else:
        _check_cursor(connection, findings, size)
    return tail


def _check_numbers(connection: Connection, findings: Findings, waiting: int, size: int, last_id: int) -> None:
    """SQLite gives ids without gaps and remembers the last one given."""
    given = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'ledger_entry'").scalar() or 0
    if given < (connection.execute(select(func.max(_E.id))).scalar() or 0):
        findings.add(Kind.NUMBERING_LOST, name="sqlite_sequence")
    if (missing := max(given, last_id) - last_id - waiting) > 0:
        findings.add(Kind.TAIL_CUT, count=missing)
    up_to = connection.execute(select(func.count()).select_from(tables.entry).where(_E.id <= last_id)).scalar_one()
    if up_to > size:
        findings.add(Kind.SLIPPED_IN, count=up_to - size)


def _check_cursor(connection: Connection, findings: Findings, size: int) -> None:
    """What lies behind the sealer's cursor and is not sealed will never be."""
    cursor = connection.execute(select(tables.cursor)).first()
    if cursor is None:
        if size:
            findings.add(Kind.NUMBERING_LOST, name=tables.cursor.name)
        return
    sealed = select(_S.leaf_index).where(_S.entry_id == _E.id)
    behind = tuple_(_E.xid, _E.id) <= select(tables.cursor.c.xid, tables.cursor.c.entry_id).scalar_subquery()
    slipped = connection.execute(select(func.count()).select_from(tables.entry).where(behind, ~sealed.exists())).scalar_one()
    if slipped:
        findings.add(Kind.SLIPPED_IN, count=slipped)


def check_stray_payloads(connection: Connection, findings: Findings) -> None:
    """Count payloads that no entry names."""
    named = select(_E.id).where(_E.event == _P.event)
    count = connection.execute(select(func.count()).select_from(tables.payload).where(~named.exists())).scalar_one()
    if count:
        findings.add(Kind.PAYLOAD_STRAY, count=count)


def check_salts(connection: Connection, findings: Findings, *, forgetting: str) -> None:
    """Compare every salt that is still there with the hash in its list's payload, and the number of those that are not with the log.

    Args:
        forgetting: the act whose entries say how many places in lists lead to nobody any more.
    """
    named = func.substr(blob(_P.content), _A.position * HASH_BYTES + 1, HASH_BYTES)
    filed = select(_A.subject_id, blob(_A.salt), named).select_from(tables.salt.outerjoin(tables.payload, _P.event == _A.event))
    fresh = select(_L.people, blob(_P.content)).select_from(tables.fresh_list.outerjoin(tables.payload, _P.event == _L.event))
    wrong = found = 0
    for part in connection.execute(filed.execution_options(yield_per=CHUNK)).partitions():
        found += len(part)
        wrong += sum(salted(subject_id, salt) != hash_ for subject_id, salt, hash_ in part)
    for people, content in connection.execute(fresh.execution_options(yield_per=100)):
        listed = list(people_in(people))
        found += len(listed)
        wrong += sum(not _names(content, *each) for each in listed)
    if wrong:
        findings.add(Kind.SALT_WRONG, count=wrong)
    missing = _count_places(connection) - found - sum_counts(connection, forgetting)
    if missing > 0:
        findings.add(Kind.SALT_MISSING, count=missing)


def _count_places(connection: Connection) -> int:
    """Count the places in lists: an entry with a payload that is about no single person is one of a list."""
    lists = tables.payload.join(tables.entry, _E.event == _P.event)
    size = select(func.sum(func.length(blob(_P.content)))).select_from(lists).where(_E.subject_id.is_(None))
    return (connection.execute(size).scalar() or 0) // HASH_BYTES


def _names(payload: bytes | None, position: int, subject_id: str, salt: bytes) -> bool:
    start = position * HASH_BYTES
    return payload is not None and payload[start : start + HASH_BYTES] == salted(subject_id, salt)
