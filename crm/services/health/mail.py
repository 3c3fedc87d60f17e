"""Does the mail server answer?"""

import smtplib
from collections.abc import Iterator

from crm.services.health.findings import Finding, State
from crm.settings import Settings

_PATIENCE_SECONDS = 5


class MailNotSet(Finding):
    """Nothing is sent; nobody is told that a request was received."""

    check = "mail"
    state = State.HINT
    message = "Es ist kein Mailserver eingestellt (smtp_host): Lethe sendet keine E-Mail."


class MailSilent(Finding):
    """The mail server does not answer."""

    check = "mail"
    state = State.WRONG
    message = "Der Mailserver %(host)s:%(port)s antwortet nicht (%(reason)s)."


class MailAnswers(Finding):
    """The mail server answers."""

    check = "mail"
    state = State.OK
    message = "Der Mailserver %(host)s:%(port)s antwortet."


def examine_mail(settings: Settings) -> Iterator[Finding]:
    """Ask the mail server whether it is there; nothing is sent."""
    if settings.smtp_host is None:
        yield MailNotSet()
        return
    where = {"host": settings.smtp_host, "port": settings.smtp_port}
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_PATIENCE_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield MailSilent(**where, reason=type(error).__name__)
    else:
        yield MailAnswers(**where)
