"""`lethe` with a clock that a test moves: the real command in real processes, all of them at the same moment.

The clock goes in where the product takes one, at `Runtime.open` and `PortalRuntime.open`; there is no setting for it.
"""

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from crm.cli.main import main
from crm.runtime import PortalRuntime, Runtime


class SteeredClock:
    """The clock of the machine, moved by the seconds that a file says; whoever has the file moves with it at once."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + self._moved_by

    def advance(self, by: timedelta) -> None:
        """Move every process forwards that has the file."""
        moved, unfinished = self._moved_by + by, self._file.with_suffix(".new")
        unfinished.write_text(str(moved.total_seconds()), encoding="ascii")
        unfinished.replace(self._file)

    @property
    def _moved_by(self) -> timedelta:
        return timedelta(seconds=float(self._file.read_text(encoding="ascii"))) if self._file.exists() else timedelta(0)


def steer(clock: SteeredClock) -> None:
    """Let whatever this process opens run by this clock."""
    for kind in (Runtime, PortalRuntime):
        kind.open = staticmethod(partial(kind.open, clock=clock))


if __name__ == "__main__":
    steer(SteeredClock(Path(sys.argv[1])))
    main(sys.argv[2:])
