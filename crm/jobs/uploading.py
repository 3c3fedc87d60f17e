"""Reads uploaded files in, and forgets what has lain long enough."""

from crm.actor import system_actor
from crm.jobs.slots import Slot
from crm.runtime import Runtime
from crm.services.uploads import forgetting, running

_ACTOR = system_actor("uploads")


def work(runtime: Runtime) -> None:
    """Try and take in what waits."""
    running.work_off(runtime.database, settings=runtime.settings, clock=runtime.clock)


def forget(runtime: Runtime, _slot: Slot) -> None:
    """Forget files without a run, refused rows, and old records."""
    with runtime.database.writing() as session:
        forgetting.forget(session, actor=_ACTOR, now=runtime.clock.now())
