"""Runs the Löschkonzept, every day once."""

import structlog

from crm.models.retention import RunState
from crm.privacy.erasure import run
from crm.runtime import Runtime

_log = structlog.get_logger()


def forget(runtime: Runtime) -> None:
    """Forget what is due, day by day since the last run; a day that is done is left alone."""
    for report in run.catch_up(runtime.database, vault=runtime.vault, clock=runtime.clock.now):
        if report.state is RunState.ASKING:
            _log.warning("retention.asks", day=report.day.isoformat(), reason=report.doubt)
        else:
            _log.info("retention.done", day=report.day.isoformat(), number=sum(report.counts.values()))
