"""Makes exports that a second person has agreed to, and forgets what nobody has to answer for any more."""

from datetime import timedelta

from crm.jobs.slots import Slot
from crm.runtime import Runtime
from crm.services.exports import making
from crm.services.exports.policy import export_policy


def make(runtime: Runtime) -> None:
    """Make what waits to be made."""
    making.make_all(runtime.database, settings=runtime.settings, clock=runtime.clock.now)


def forget_records(runtime: Runtime, _slot: Slot) -> None:
    """Forget who exported what long ago."""
    with runtime.database.writing() as session:
        making.forget_records(session, before=runtime.clock.now() - timedelta(days=export_policy().keep_record_days))
