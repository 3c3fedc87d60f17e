"""Processes of an installation, forked from one that has imported the product: importing costs each of them a second.

What is forked has opened nothing yet: no database, no key, no thread. It gets its own arguments, environment, session and log, runs the
program from its first line, and obeys the same signals. How the command starts from nothing is asked in `tests/functional/cli`.
"""

import os
import runpy
import sys
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

_FORKS: Final = get_context("forkserver")
# Not `crm.cli`: it chooses its language by the environment when it is imported.
_FORKS.set_forkserver_preload(
    ["crm.jobs.worker", "crm.portal", "crm.services.health", "crm.services.starting", "crm.web", "gunicorn.app.base"]
)


def start(module: str, arguments: Sequence[str], *, environment: dict[str, str], log_file: Path) -> BaseProcess:
    """Start `python -m module` with these arguments; what it says goes to the end of its log."""
    process = _FORKS.Process(target=_run, args=(module, list(arguments), environment, str(log_file)), name=" ".join(arguments))
    process.start()
    return process


def _run(module: str, arguments: list[str], environment: dict[str, str], log_file: str) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    os.close(log)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
