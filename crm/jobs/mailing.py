"""Sends the mail that waits in the outbox."""

from crm.privacy import post
from crm.runtime import Runtime


def send(runtime: Runtime) -> None:
    """Send what is due; without a mail server nothing happens."""
    transport = runtime.make_transport()
    if transport:
        post.deliver(runtime.database, transport, sender=runtime.settings.mail_from, now=runtime.clock.now())
