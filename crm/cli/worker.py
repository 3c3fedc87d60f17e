"""`lethe worker`: the process that does what nobody waits for."""

import signal
import sys
from contextlib import closing
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING

import click

from crm import garbage
from crm.cli.installation import pass_writing_runtime
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.runtime import Runtime

# Entry points do not know each other; as with a WSGI server, what runs is named, not imported.
_WORKER = "crm.jobs.worker"


@click.command("worker", help=_("Die Arbeit im Hintergrund ausführen, bis der Prozess beendet wird."))
@pass_writing_runtime
def work(runtime: "Runtime") -> None:
    """Run the jobs until SIGTERM or SIGINT."""
    from crm.services.health.reports import ProcessReport

    # Until the worker listens to signals itself, one that comes early must still end it cleanly.
    signal.signal(signal.SIGTERM, _end)
    with closing(ProcessReport(runtime, "worker")) as report:
        report.start()
        jobs = import_module(_WORKER)
        garbage.search_less()
        jobs.run(runtime, note_failures=report.note_failures)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
