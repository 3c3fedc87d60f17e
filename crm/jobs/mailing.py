"""Sends the mail that waits in the outbox."""

from crm.runtime import Runtime
from crm.services import post


def send(runtime: Runtime) -> None:
    """Send what is due; without a mail server nothing happens."""
    transport = runtime.make_transport()
    if transport:
        post.deliver(runtime.database, transport, sender=runtime.settings.mail_from, now=runtime.clock.now())
