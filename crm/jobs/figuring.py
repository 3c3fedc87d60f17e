"""Makes the figures of campaigns, every night once: who looks by day sees nothing move."""

import structlog

from crm.jobs.slots import Slot
from crm.runtime import Runtime
from crm.services.campaigns import resonance

_log = structlog.get_logger()


def release(runtime: Runtime, slot: Slot) -> None:
    """Make the figures of this night."""
    number = resonance.release_all(runtime.database, day=slot.day, now=runtime.clock.now())
    _log.info("resonance.released", number=number)
