"""A PostgreSQL of the tests' own: the system's server programs, a temporary cluster, a socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

# Nothing here has to survive a power cut, and no database lives long enough to be vacuumed.
_OPTIONS = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off"
    " -c listen_addresses= -c max_connections=60"
)
_VERSIONS = Path("/usr/lib/postgresql")


def find_programs() -> Path | None:
    """Return the folder of the newest `initdb` and `pg_ctl`, or None."""
    folders = sorted((p for p in _VERSIONS.glob("*/bin") if (p / "initdb").exists()), key=lambda p: float(p.parent.name))
    if folders:
        return folders[-1]
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A running server; `url(name)` addresses a database on it."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Every test makes databases: on a disk that would take ten times as long as in RAM, where pytest keeps its files too.
        self._folder = Path(tempfile.mkdtemp(prefix="lethe-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
        if os.geteuid() == 0:  # the server refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(self._folder, account.pw_uid, account.pw_gid)

    @property
    def folder(self) -> Path:
        """Data, write-ahead log and log of the server."""
        return self._folder

    def start(self) -> None:
        self._run("initdb", "-D", "data", "-U", "lethe", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", f"{_OPTIONS} -k {self._folder}", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://lethe@/{database}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd=self._folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)
