"""Does the mail server answer?"""

from collections.abc import Iterator
from dataclasses import replace

from crm.mail import MailUnreachableError, RealMailInDemoError
from crm.services import mail_server
from crm.services.health.findings import Finding, State
from crm.settings import Settings

_PATIENCE_SECONDS = 5


class MailNotSet(Finding):
    """Nothing is sent; nobody is told that a request was received."""

    check = "mail"
    state = State.HINT
    message = "Es ist kein Mailserver eingestellt (smtp_host): Lethe sendet keine E-Mail."


class MailSilent(Finding):
    """The mail server does not answer, offers no TLS, has a certificate that does not hold, or refuses the sign-in."""

    check = "mail"
    state = State.WRONG
    message = "Der Mailserver %(host)s:%(port)s ist nicht benutzbar (%(reason)s)."


class MailAnswers(Finding):
    """The mail server answers."""

    check = "mail"
    state = State.OK
    message = "Der Mailserver %(host)s:%(port)s antwortet."


def examine_mail(settings: Settings) -> Iterator[Finding]:
    """Ask the mail server whether it lets us in, as for a message: TLS, certificate and sign-in; nothing is sent."""
    if settings.smtp_host is None:
        yield MailNotSet()
        return
    where = {"host": settings.smtp_host, "port": settings.smtp_port}
    try:
        transport = mail_server.make_transport(settings)
        if transport:
            with replace(transport, patience=_PATIENCE_SECONDS).connect():
                yield MailAnswers(**where)
    except (MailUnreachableError, RealMailInDemoError) as error:
        yield MailSilent(**where, reason=type(error.__cause__ or error).__name__)
