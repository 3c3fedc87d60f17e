"""Whole installations with all their processes, as people meet them: both sites and the worker on ports of this machine."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from crm.actor import SECOND_FACTOR_REQUIRED, Role
from crm.clock import Clock, SystemClock
from crm.runtime import Runtime
from crm.services import installation
from crm.settings import Settings
from tests.support import preloaded
from tests.support.memory import folder_in_ram
from tests.support.staff import ADMIN, PASSWORD, SECRET, Member, hire

READY_WITHIN = 60
STOPPED_WITHIN = 20
_PAUSE = 0.05


@dataclass
class LiveSite:
    """A running installation: where it is, and its runtime in this process for what tests prepare.

    Attributes:
        told: what its processes learn from the environment, as a server does.
        program: what Python runs as the command `lethe`.
    """

    data_dir: Path
    port: int
    portal_port: int
    index_dir: Path
    runtime: Runtime
    log_file: Path
    told: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "crm")
    clock: Clock = field(default_factory=SystemClock)
    processes: list[BaseProcess] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def portal_url(self) -> str:
        return f"http://localhost:{self.portal_port}"

    def hire(self, role: Role, *, second_factor: bool | None = None, **first_day: bool) -> Member:
        """Add an account of this role that nobody has signed in to yet; the second factor is there unless told otherwise."""
        number = next(self._numbers)
        has_factor = role in SECOND_FACTOR_REQUIRED if second_factor is None else second_factor
        return hire(
            self.runtime.database,
            self.clock.now(),
            role,
            email=f"{role}{number}@muster.example",
            name=f"{role.capitalize()} Muster {number}",
            second_factor_secret=SECRET if has_factor else None,
            **first_day,
        )

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run the command on this installation, beside its running processes."""
        return subprocess.run(self._command(arguments), env=self._environment, capture_output=True, text=True, timeout=120, check=False)

    def start(self, *arguments: object) -> None:
        """Start one process of the installation; what it says goes into its log."""
        module, *others = self._command(arguments)[2:]
        self.processes.append(preloaded.start(module, others, environment=self._environment, log_file=self.log_file))

    def start_all(self) -> None:
        """Start both sites and the worker."""
        for arguments in (("serve", "staff"), ("serve", "portal"), ("worker",)):
            self.start(*arguments)

    def _command(self, arguments: Iterable[object]) -> list[str]:
        return [sys.executable, *self.program, "--data-dir", str(self.data_dir), *map(str, arguments)]

    @property
    def _environment(self) -> dict[str, str]:
        """Return the environment without settings of this machine, and with those of the installation."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LETHE_")}
        return kept | {"LC_ALL": "de_DE.UTF-8"} | self.told

    def await_ready(self) -> None:
        """Wait until both sites answer and the worker has built the index."""
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            ended = [child.name for child in self.processes if not child.is_alive()]
            if ended or time.monotonic() > deadline:
                pytest.fail(f"The installation did not start: {ended}\n{self.log_file.read_text(encoding='utf-8')}")
            time.sleep(_PAUSE)

    def _is_ready(self) -> bool:
        has_index = any(self.index_dir.glob("*/index.sqlite"))
        return has_index and _answers(self.port, "/sign-in") and _answers(self.portal_port, "/")

    def stop(self) -> None:
        """End all processes that were started here, each by its own id."""
        for child in self.processes:
            child.terminate()
        for child in self.processes:
            child.join(STOPPED_WITHIN)
            if child.is_alive():
                child.kill()
                child.join()
        self.runtime.close()


@pytest.fixture(scope="session")
def live_site(tmp_path_factory) -> Iterator[LiveSite]:
    """A new installation with its initial policy and nobody in it, running as it does on a server."""
    folder = tmp_path_factory.mktemp("live")
    port, portal_port = free_ports(2)
    origins = {"staff_origin": f"http://localhost:{port}", "portal_origin": f"http://localhost:{portal_port}"}
    with folder_in_ram() as index_dir:
        settings = Settings(data_dir=folder / "lethe", organisation="Muster GmbH", index_dir=index_dir, **origins)
        runtime = lay_out(settings)
        # Everything else is as in `lethe.toml`; the environment is how a server is told its addresses.
        told = as_environment(origins | {"index_dir": index_dir})
        site = LiveSite(settings.data_dir, port, portal_port, index_dir, runtime, folder / "processes.log", told)
        site.start_all()
        try:
            site.await_ready()
            yield site
        finally:
            site.stop()


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory) -> Iterator[LiveSite]:
    """The demonstration: an account for every role and hundreds of invented people in every state."""
    folder = tmp_path_factory.mktemp("demonstration")
    port, portal_port = free_ports(3)[:2]
    with folder_in_ram() as index_dir:
        told = as_environment({"index_dir": index_dir})
        site = LiveSite(folder / "demo", port, portal_port, index_dir, _NOT_OPEN, folder / "processes.log", told)
        site.start("demo", "--port", port)
        try:
            site.await_ready()
            site.runtime = Runtime.open(Settings(data_dir=site.data_dir, demo=True, index_dir=index_dir))
            yield site
        finally:
            site.stop()


class _NotOpen:
    """Stands where the runtime will be once the demonstration has made its data."""

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


_NOT_OPEN: Any = _NotOpen()


def free_ports(wanted: int) -> list[int]:
    """Return ports in a row that nobody listens on: the demonstration takes the next ones after its first."""
    for _attempt in range(50):
        with contextlib.ExitStack() as held:
            first = held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            try:
                for port in range(first + 1, first + wanted):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
            except (OSError, OverflowError):
                continue
            return list(range(first, first + wanted))
    raise RuntimeError("no free ports in a row")


def as_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Return settings as the environment says them."""
    return {f"LETHE_{name.upper()}": str(value) for name, value in settings.items()}


def lay_out(settings: Settings, *, clock: Clock | None = None) -> Runtime:
    """Make the installation as `lethe init` does, with its first account."""
    installation.lay_ground(settings)
    runtime = Runtime.open(settings, clock=clock)
    runtime.vault.prepare()
    with runtime.database.writing() as session:
        installation.furnish(session, email="admin@muster.example", password=PASSWORD, actor=ADMIN, now=runtime.clock.now())
    installation.write_settings(settings)
    return runtime


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
