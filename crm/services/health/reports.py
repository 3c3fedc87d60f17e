"""What processes say about themselves: small files in `run/` of the data directory, renewed while they live."""

import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from crm.clock import Clock
from crm.db.engine import live_settings
from crm.settings import Settings

RENEWED_EVERY = timedelta(seconds=20)


class Process(Protocol):
    """What a report needs of a running process; `crm.runtime.Runtime` is one."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def stores(self) -> Mapping[str, Engine]: ...


@dataclass(frozen=True, slots=True)
class Reported:
    """What one process last said.

    Attributes:
        connections: what live connections to `database` and `keystore` are really set to; None: no answer. The portal has none to
            the key store.
        failures: jobs of a worker that failed at their last time, and how often in a row.
    """

    kind: str
    pid: int
    host: str
    reported_at: str
    connections: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.reported_at)


class ProcessReport:
    """Renews the report of this process (`staff`, `portal`, `worker`) from `start` to `close`; make it after the fork."""

    def __init__(self, process: Process, kind: str) -> None:
        self._process = process
        self._kind = kind
        self._file = folder_of(process.settings) / f"{kind}-{os.uname().nodename}-{os.getpid()}.json"
        self._failures: dict[str, int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="report", daemon=True)

    def start(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.write()
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._file.unlink(missing_ok=True)

    def note_failures(self, job: str, number: int) -> None:
        """Say in the next report how often a job has failed in a row; 0: it works again."""
        self._failures = {name: count for name, count in {**self._failures, job: number}.items() if count}

    def write(self) -> None:
        """Write the report; readers see the old one or the new one."""
        said = Reported(
            kind=self._kind,
            pid=os.getpid(),
            host=os.uname().nodename,
            reported_at=self._process.clock.now().isoformat(),
            connections={store: _ask(engine) for store, engine in self._process.stores.items()},
            failures=self._failures,
        )
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(said)), encoding="utf-8")
        unfinished.replace(self._file)

    def _renew(self) -> None:
        while not self._ended.wait(RENEWED_EVERY.total_seconds()):
            with suppress(OSError):  # a disk that is full now has room again later; without a report `lethe doctor` says that we are silent
                self.write()


def folder_of(settings: Settings) -> Path:
    """Return the folder of the reports."""
    return settings.data_dir / "run"


def read_reports(settings: Settings) -> list[Reported]:
    """Return the reports of the processes that live, as far as this host can tell; remove those of the dead."""
    reports = []
    for file in sorted(folder_of(settings).glob("*.json")):
        try:
            said = Reported(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue  # it ended this moment, or is no report
        if said.host == os.uname().nodename and not Path(f"/proc/{said.pid}").exists():
            with suppress(OSError):  # on a read-only file system it stays, and the examination says so elsewhere
                file.unlink(missing_ok=True)
        else:
            reports.append(said)
    return reports


def _ask(engine: Engine) -> dict[str, Any] | None:
    try:
        return live_settings(engine)
    except SQLAlchemyError:
        return None
