"""Carries decided requests out when their cooling time is over, and answers them."""

from crm.privacy.requests import execution
from crm.runtime import Runtime


def execute(runtime: Runtime) -> None:
    """Take every case as far as it can go now."""
    execution.execute_due(runtime.database, vault=runtime.vault, settings=runtime.settings, clock=runtime.clock.now)
