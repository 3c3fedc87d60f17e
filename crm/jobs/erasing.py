"""Carries out the erasures that were ordered."""

from crm.privacy.erasure import eraser
from crm.runtime import Runtime


def erase(runtime: Runtime) -> None:
    """Finish every erasure that waits, those included that a crash interrupted."""
    eraser.finish(runtime.database, vault=runtime.vault, clock=runtime.clock.now)
