"""How long the command line takes to say what it can do."""

import statistics
import subprocess
import sys
from typing import Any

from benchmarks.ground import seconds


def measure(rounds: int = 9) -> dict[str, Any]:
    """Return the median of `lethe --help` in seconds, as a whole process."""
    command = [sys.executable, "-m", "crm", "--help"]

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program

    run()
    return {"help_seconds": statistics.median(seconds(run) for _ in range(rounds))}
