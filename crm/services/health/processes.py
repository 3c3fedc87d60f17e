"""Do the processes live, and are their connections set as they must be?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from crm.db.engine import EXPECTED
from crm.services.health.findings import Finding, State
from crm.services.health.reports import RENEWED_EVERY, read_reports
from crm.settings import Settings

_EXPECTED_ON_SERVER = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
_SILENT_AFTER = 4 * RENEWED_EVERY


class NothingRuns(Finding):
    """Nobody reports; a command on a stopped installation is nothing unusual."""

    check = "processes"
    state = State.HINT
    message = "Es läuft kein Prozess dieser Installation (serve, worker); geprüft ist nur, was auf der Platte liegt."


class WorkerMissing(Finding):
    """A site runs without the worker: nothing is sealed."""

    check = "processes"
    state = State.WRONG
    message = "Der Hintergrundprozess fehlt: Das Protokoll wird nicht versiegelt, die Suche nicht gepflegt. Starten Sie „lethe worker“."


class ProcessSilent(Finding):
    """A process lives and does not answer."""

    check = "processes"
    state = State.WRONG
    message = "Prozess %(kind)s (%(pid)s) meldet sich seit %(moment)s nicht mehr. Starten Sie ihn neu."


class ProcessCutOff(Finding):
    """A process cannot reach a database."""

    check = "processes"
    state = State.WRONG
    message = "Prozess %(kind)s (%(pid)s) erreicht „%(store)s“ nicht."


class ConnectionUnsafe(Finding):
    """A live connection has a setting that loses commits or leaves traces."""

    check = "pragmas"
    state = State.WRONG
    message = "Prozess %(kind)s (%(pid)s), Verbindung „%(store)s“: %(name)s ist %(found)s statt %(expected)s."


class ProcessSound(Finding):
    """A process lives and its connections are as they must be."""

    check = "processes"
    state = State.OK
    message = "Prozess %(kind)s (%(pid)s) läuft, seine Verbindungen sind sicher eingestellt."


def examine_processes(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Look at what the processes of this installation report."""
    reports = read_reports(settings)
    if not reports:
        yield NothingRuns()
        return
    if not any(each.kind == "worker" for each in reports):
        yield WorkerMissing()
    for each in reports:
        named = {"kind": each.kind, "pid": each.pid}
        if now - each.moment > _SILENT_AFTER:
            yield ProcessSilent(**named, moment=each.reported_at)
            continue
        wrong = list(_examine_connections(each.connections, named))
        yield from wrong or [ProcessSound(**named)]


def _examine_connections(connections: Mapping[str, Mapping[str, Any] | None], named: Mapping[str, object]) -> Iterator[Finding]:
    for store, found in connections.items():
        if found is None:
            yield ProcessCutOff(**named, store=store)
            continue
        expected = EXPECTED if "journal_mode" in found else _EXPECTED_ON_SERVER
        for name, value in expected.items():
            if found.get(name) != value:
                yield ConnectionUnsafe(**named, store=store, name=name, found=found.get(name), expected=value)
