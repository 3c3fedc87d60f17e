"""The check of the whole log as everybody sees it: one run at a time, whoever asks is told how far it is.

The state is a small file in `run/` of the data directory, where processes already say how they are: it changes
several times a second, is worth nothing without the host, and can be written when the database cannot. A lock
beside it tells whether the run lives: the kernel gives it back when its process ends, however it ends, so a run
that was killed cannot be taken for one at work, nor somebody else's process for the run. The file is a notice;
what counts as evidence is the entry `log:verified`.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any, Final, Self

from crm.actor import Actor
from crm.clock import Clock
from crm.db import Database
from crm.ledger import Finding, Kind, Sealer, Verification
from crm.services import ledger_reading

_STATE: Final = "log-check.state"
_LOCK: Final = "log-check.lock"
_TRIES: Final = 5  # somebody who only looks holds the lock for a few microseconds
_BETWEEN_TRIES: Final = 0.02


class CheckState(StrEnum):
    """How far the check is."""

    NEVER = "never"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    SOUND = "sound"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStatus:
    """What is known of the latest run.

    Attributes:
        checked: sealed entries done, of `total`; `total` is 0 until the number is known.
        unsealed: entries that waited to be sealed; no finding.
        findings: the first ones, `count` in all.
        checkpoint: the signed note that was compared.
    """

    state: CheckState
    started_at: datetime | None = None
    checked: int = 0
    total: int = 0
    finished_at: datetime | None = None
    unsealed: int = 0
    findings: tuple[Finding, ...] = ()
    count: int = 0
    checkpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to check, which one process on this host has at a time.

    It can be handed to a process that is started with it (`multiprocessing`, spawned): the lock belongs to the open
    file, so there is no moment at which nobody holds it.
    """

    descriptor: int
    started_at: datetime

    def __reduce__(self) -> tuple[Any, ...]:
        return _receive, (DupFd(self.descriptor), self.started_at)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let go; the right ends when the last process that holds it has let go."""
        os.close(self.descriptor)


def _receive(descriptor: Any, started_at: datetime) -> Claim:
    return Claim(descriptor.detach(), started_at)


def claim(folder: Path, *, now: datetime) -> Claim | None:
    """Take the right to check and note that a run begins; None when one is under way, which is then everybody's."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    if not _take(descriptor):
        os.close(descriptor)
        return None
    _write(folder, {"state": CheckState.RUNNING, "started_at": now.isoformat()})
    return Claim(descriptor, now)


def run(folder: Path, database: Database, *, held: Claim, sealer: Sealer, actor: Actor, clock: Clock) -> Verification:
    """Check the whole log, noting progress and result; `held` shows that nobody else does."""
    beginning = {"started_at": held.started_at.isoformat()}

    def note(checked: int, total: int) -> None:
        _write(folder, {**beginning, "state": CheckState.RUNNING, "checked": checked, "total": total})

    found = ledger_reading.verify_log(database, sealer=sealer, actor=actor, clock=clock, progress=note)
    _write(folder, {**beginning, **_result(found, clock.now())})
    return found


def read_status(folder: Path) -> CheckStatus:
    """Return how far the latest run on this host is."""
    status = _read(folder)
    if status.state is CheckState.RUNNING and not _is_held(folder):
        # The result is written before the lock is given back: what now still says "running" will never go on.
        status = _read(folder)
        if status.state is CheckState.RUNNING:
            return CheckStatus(state=CheckState.INTERRUPTED, started_at=status.started_at, checked=status.checked, total=status.total)
    return status


def _take(descriptor: int) -> bool:
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN_TRIES)
        if _lock(descriptor, fcntl.LOCK_EX):
            return True
    return False


def _is_held(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    free = _lock(descriptor, fcntl.LOCK_SH)
    os.close(descriptor)
    return not free


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _result(found: Verification, now: datetime) -> dict[str, object]:
    return {
        "state": CheckState.SOUND if found.is_sound else CheckState.BROKEN,
        "checked": found.size,
        "total": found.size,
        "finished_at": now.isoformat(),
        "unsealed": found.unsealed,
        "findings": [{"kind": each.kind.name, "index": each.index, "facts": each.facts} for each in found.findings],
        "count": found.count,
        "checkpoint": found.checkpoint.note.decode() if found.checkpoint else None,
    }


def _write(folder: Path, said: Mapping[str, object]) -> None:
    """Write the notice; readers see the old one or the new one."""
    unfinished = folder / f"{_STATE}.new"
    unfinished.write_text(json.dumps(said, default=str), encoding="utf-8")
    unfinished.replace(folder / _STATE)


def _read(folder: Path) -> CheckStatus:
    try:
        return _parse(json.loads((folder / _STATE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return CheckStatus(state=CheckState.NEVER)  # nobody has checked yet, or somebody else wrote into the file


def _parse(said: Mapping[str, Any]) -> CheckStatus:
    return CheckStatus(
        state=CheckState(said["state"]),
        started_at=_moment(said.get("started_at")),
        checked=int(said.get("checked", 0)),
        total=int(said.get("total", 0)),
        finished_at=_moment(said.get("finished_at")),
        unsealed=int(said.get("unsealed", 0)),
        findings=tuple(Finding(Kind[each["kind"]], each["index"], each["facts"]) for each in said.get("findings", ())),
        count=int(said.get("count", 0)),
        checkpoint=said.get("checkpoint"),
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
