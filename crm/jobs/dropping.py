"""Empties the drop mailbox, every five minutes."""

from crm.runtime import Runtime
from crm.services.drop import fetching


def fetch(runtime: Runtime) -> None:
    """File what lies there; without a drop mailbox nothing happens."""
    inbox = runtime.make_inbox()
    if inbox:
        fetching.fetch(runtime.database, inbox, settings=runtime.settings, clock=runtime.clock.now)
