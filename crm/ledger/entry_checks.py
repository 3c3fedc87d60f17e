"""Checks entries one by one, a chunk at a time: in this process or in several."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, cast, select

from crm.ledger import tables
from crm.ledger.counters import Runs
from crm.ledger.findings import MOST_SHOWN, Finding, Kind
from crm.ledger.leaf import essentials
from crm.ledger.merkle import HASH_BYTES

CHUNK = 8_192
SKEW = 2_000_000  # microseconds; transactions of several writers commit interleaved

_E, _P, _S, _T = tables.entry.c, tables.payload.c, tables.sealed_leaf.c, tables.tile.c


def blob(column: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """Read a column as bytes, whatever somebody may have put there: SQLite stores any type in any column."""
    return cast(column, LargeBinary).label(column.key)


_columns = (blob(_E.leaf), _E.event, _E.t, _E.actor, _E.action, _E.purpose, _E.subject_id, blob(_P.content))
_with_payload = tables.entry.outerjoin(tables.payload, _P.event == _E.event)
# Joined one by one: SQLite would build the inner join of a nested one anew for each chunk.
_sealed = tables.sealed_leaf.outerjoin(tables.entry, _S.entry_id == _E.id).outerjoin(tables.payload, _P.event == _E.event)


@dataclass(slots=True)
class ChunkReport:
    """What a chunk of entries is like; `hashes` are those of its leaves, recomputed."""

    hashes: bytes = b""
    runs: Runs = field(default_factory=Runs)
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    latest_t: int = 0

    def add(self, kind: Kind, index: int, **facts: object) -> None:
        if len(self.findings) < MOST_SHOWN:
            self.findings.append(Finding(kind, index, facts))
        else:
            self.more += 1


def check_sealed(connection: Connection, start: int, end: int) -> ChunkReport:
    """Check the sealed entries [start, end); `start` is a multiple of the chunk's size."""
    before = select(_E.t).select_from(_sealed).where(_S.leaf_index == start - 1)
    report = ChunkReport(latest_t=_whole_number(connection.execute(before).scalar()))
    query = select(_S.leaf_index, blob(_S.hash), *_columns).select_from(_sealed)
    rows = connection.execute(query.where(_S.leaf_index >= start, _S.leaf_index < end).order_by(_S.leaf_index)).all()
    report.hashes = b"".join(_recomputed(rows, report))
    _check_gaps([row[0] for row in rows], start, end, report)
    check_entries(((row[0], *row[2:]) for row in rows if row[2] is not None), report)
    _check_tiles(connection, start, end, report)
    return report


def _whole_number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _recomputed(rows: Sequence[Any], report: ChunkReport) -> list[bytes]:
    sha256, hashes = hashlib.sha256, []
    for index, stored, leaf, *_rest in rows:
        if leaf is None:
            report.add(Kind.LEAF_MISSING, index)
            hashes.append(stored)
            continue
        hash_ = sha256(b"\x00" + leaf).digest()
        if hash_ != stored:
            report.add(Kind.LEAF_CHANGED, index)
        hashes.append(hash_)
    return hashes


def _check_gaps(indexes: Sequence[int], start: int, end: int, report: ChunkReport) -> None:
    if len(indexes) != end - start:
        there = set(indexes)
        missing = [index for index in range(start, end) if index not in there and (index == start or index - 1 in there)]
        for index in missing:
            report.add(Kind.INDEX_MISSING, index)


def check_entries(rows: Iterable[Sequence[Any]], report: ChunkReport) -> None:
    """Check form, columns, payload, time and counter; each row is an index and the columns of an entry."""
    sha256, latest = hashlib.sha256, report.latest_t
    for index, leaf, event, t, actor, action, purpose, subject_id, content in rows:
        try:
            found = essentials(leaf)
        except ValueError:
            report.add(Kind.FORM_BROKEN, index)
            continue
        if found[:6] != (event, t, actor, action, purpose, subject_id):
            report.add(Kind.COLUMNS_DIFFER, index)
        if (content is None) != (found.ph is None):
            report.add(Kind.PAYLOAD_MISSING if content is None else Kind.PAYLOAD_CHANGED, index)
        elif content is not None and sha256(content).hexdigest() != found.ph:
            report.add(Kind.PAYLOAD_CHANGED, index)
        if found.t < latest - SKEW:
            report.add(Kind.BACKDATED, index)
        latest = max(latest, found.t)
        report.runs.add(found.w, found.n)
    report.latest_t = latest


def _check_tiles(connection: Connection, start: int, end: int, report: ChunkReport) -> None:
    """Compare the tiles of level 0 with the recomputed hashes."""
    first, last = start // 256, (end - 1) // 256
    rows = connection.execute(select(_T.number, blob(_T.hashes)).where(_T.level == 0, _T.number >= first, _T.number <= last))
    stored = {row.number: row.hashes for row in rows}
    for number in range(first, last + 1):
        offset = (number * 256 - start) * HASH_BYTES
        expected = report.hashes[offset : offset + 256 * HASH_BYTES]
        if stored.get(number, b"")[: len(expected)] != expected:
            report.add(Kind.TILE_DIFFERS, number * 256, level=0, number=number)


def unsealed_entries(after_id: int, size: int, dialect: str) -> Any:
    """Return the query for entries that the first `size` sealed ones do not hold."""
    query = select(_E.id, *_columns).select_from(_with_payload)
    if dialect == "sqlite":
        return query.where(_E.id > after_id).order_by(_E.id)
    sealed = select(_S.leaf_index).where(_S.entry_id == _E.id, _S.leaf_index < size)
    return query.where(~sealed.exists()).order_by(_E.xid, _E.id)
