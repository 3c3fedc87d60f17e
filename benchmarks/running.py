"""A running installation: the real commands as processes of their own, on a free port of this machine."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from crm.runtime import Runtime

T = TypeVar("T")

PATIENCE = 120.0


class Running:
    """Site and worker of one installation."""

    def __init__(self, runtime: Runtime) -> None:
        self._settings = runtime.settings
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._environment = os.environ | {
            "LETHE_INDEX_DIR": str(self._settings.index_dir),
            "LETHE_STAFF_ORIGIN": f"http://localhost:{self.port}",
            "LETHE_STAFF_WORKERS": "2",
            "LETHE_DATABASE_URL": self._settings.database,
            "LETHE_KEYSTORE_URL": self._settings.keystore,
        }

    @contextmanager
    def started(self, *arguments: str) -> Iterator[None]:
        """Run one command until the block ends, then stop it as a service manager does.

        Raises:
            RuntimeError: it did not stop cleanly.
        """
        command = [sys.executable, "-m", "crm", "--data-dir", str(self._settings.data_dir), *arguments]
        with subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
            try:
                yield
            finally:
                process.terminate()
            if process.wait(timeout=PATIENCE):
                raise RuntimeError(f"{arguments[0]} ended with {process.returncode}")

    def site_processes(self) -> list[int]:
        """Return the ids of the processes of the staff site that report."""
        return [json.loads(file.read_text(encoding="utf-8"))["pid"] for file in (self._settings.data_dir / "run").glob("staff-*.json")]

    def index_is_there(self) -> bool:
        return any(self._settings.index_dir.glob("*/index.sqlite"))


@contextmanager
def running(runtime: Runtime) -> Iterator[Running]:
    """Start the staff site with two processes and the worker; both are ready when the block begins."""
    site = Running(runtime)
    with ExitStack() as processes:
        processes.enter_context(site.started("worker"))
        processes.enter_context(site.started("serve", "staff", "--port", str(site.port)))
        wait_for(lambda: len(site.site_processes()) == 2 and site.index_is_there())
        yield site


def wait_for(condition: Callable[[], T]) -> T:
    """Return the first true answer of `condition`.

    Raises:
        TimeoutError: it did not become true.
    """
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        if found := condition():
            return found
        time.sleep(0.005)
    raise TimeoutError


def processor_seconds(process: int) -> float:
    """Return how much processor time another process has taken so far, as the kernel counts it."""
    after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def left_in(folder: Path) -> list[str]:
    """Return what is still in a folder."""
    return sorted(each.name for each in folder.iterdir())
