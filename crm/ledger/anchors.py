"""Compares the newest state of the log with what was confirmed outside of the database; quick, because nothing is recomputed.

Shows a database that was set back, also when it has grown again since. `verification` recomputes everything.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection

from crm.ledger.checkpoint import Checkpoint, read_checkpoint, said_by
from crm.ledger.errors import HighWaterUnreadableError, LedgerRolledBackError
from crm.ledger.findings import Finding, Kind
from crm.ledger.note import VerifierKey
from crm.ledger.publication import read_high_water, read_published
from crm.ledger.published import check_published
from crm.ledger.reading import last_checkpoint_note
from crm.ledger.tiles import TiledTree


def check_anchors(connection: Connection, *, trusted: Sequence[VerifierKey], high_water: Path, folder: Path) -> list[Finding]:
    """Return what does not fit between the log and its anchors: the high-water file and the published checkpoint.

    The files are read first: the sealer writes them after its commit, so that they are never ahead of a sound database.
    """
    published = read_published(folder, trusted)
    try:
        seen = read_high_water(high_water, trusted)
        unreadable = False
    except HighWaterUnreadableError:
        seen, unreadable = None, True
    note = last_checkpoint_note(connection)
    last = read_checkpoint(note, trusted) if note else None
    if note and last is None:
        return [Finding(Kind.UNSIGNED, facts={"size": 0})]
    size = last.size if last else 0
    findings = list(_compare(connection, [each for each in (seen, published) if each], last))
    if findings:
        return findings  # of a database that was set back the files are another log's
    if unreadable:
        findings.append(Finding(Kind.HIGH_WATER_UNREADABLE))
    elif seen is None and size:
        findings.append(Finding(Kind.HIGH_WATER_MISSING))
    return [*findings, *check_published(connection, folder, trusted=trusted, is_due=size > 0)]


def require_not_set_back(connection: Connection, *, high_water: Path) -> None:
    """Refuse a database that somebody set back, before anything works on it; the file is read first, as above.

    Needs no key, so that it can be asked before a process forks. Whether the file is genuine, and why it is not there,
    is the sealer's question: it may lie on the host of the worker only.

    Raises:
        LedgerRolledBackError: the database holds less of this log than the file has seen.
    """
    seen = said_by(high_water.read_bytes()) if high_water.is_file() else None
    note = last_checkpoint_note(connection)
    last = said_by(note) if note else None
    if seen and (last is None or last.origin == seen.origin):
        require_reaches(last, seen)


def require_reaches(last: Checkpoint | None, seen: Checkpoint) -> None:
    """Refuse when the log ends before a checkpoint that was seen, or there with other entries.

    Raises:
        LedgerRolledBackError: it does.
    """
    found = last.size if last else 0
    if found < seen.size or (last is not None and found == seen.size and last.root != seen.root):
        raise LedgerRolledBackError(found=found, expected=seen.size)


def _compare(connection: Connection, anchors: Sequence[Checkpoint], last: Checkpoint | None) -> Iterator[Finding]:
    """Yield the worst difference: an anchor that is ahead, or one that the log does not contain."""
    size = last.size if last else 0
    ahead = max((each.size for each in anchors), default=0)
    if ahead > size:
        yield Finding(Kind.ROLLED_BACK, facts={"size": ahead, "found": size})
        return
    differing = [each.size for each in anchors if each.size and TiledTree.load(connection, each.size).root() != each.root]
    if differing:
        yield Finding(Kind.HIGH_WATER_DIFFERS, facts={"size": max(differing)})
