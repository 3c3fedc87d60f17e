"""The way to the mail server."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from smtplib import SMTP, SMTP_SSL, SMTPException
from ssl import create_default_context
from typing import Final

from crm.errors import CrmError, UnavailableError
from crm.mail.line import Line

_IMPLICIT_TLS: Final = 465
THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class MailUnreachableError(UnavailableError):
    """The mail server does not answer or broke off; the message is tried again."""

    message = "Der Mailserver antwortet nicht. Die E-Mail wird später noch einmal versucht."


class RealMailInDemoError(CrmError):
    """The demonstration sends nothing to a real mail server."""

    message = "Die Vorführung verschickt keine echte Post; sie nimmt nur ihr eigenes Postfach auf dieser Maschine."


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A mail server and how to speak to it. Off this machine nothing is sent without TLS and a certificate that holds.

    Args:
        patience: seconds for each answer of the server.
        patience_at_end: seconds for the answer to a whole message; servers that look for viruses give it late, and
            who hangs up before does not know whether the message arrives.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    demo: bool = False
    patience: float = 20.0
    patience_at_end: float = 60.0

    def __post_init__(self) -> None:
        """Refuse a demonstration that would reach real people.

        Raises:
            RealMailInDemoError: the server is not on this machine.
        """
        if self.demo and not self._is_here:
            raise RealMailInDemoError

    @property
    def _is_here(self) -> bool:
        return self.host in THIS_MACHINE

    @contextmanager
    def connect(self) -> Iterator[Line]:
        """Open a line for one message after the other.

        Raises:
            MailUnreachableError: no answer, no TLS, a certificate that does not hold, or a sign-in that fails.
        """
        try:
            server = self._open()
        except (OSError, SMTPException) as error:
            raise MailUnreachableError from error
        try:
            yield Line(server, patience_at_end=self.patience_at_end)
        finally:
            with suppress(OSError, SMTPException):
                server.quit()
            server.close()

    def _open(self) -> SMTP:
        server = self._greet()
        try:
            if not self._is_here and self.port != _IMPLICIT_TLS:
                server.starttls(context=create_default_context())  # a server that does not offer it is not spoken to
            if self.user and self.password:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()
        except (OSError, SMTPException):
            server.close()
            raise
        return server

    def _greet(self) -> SMTP:
        if self.port == _IMPLICIT_TLS:
            return SMTP_SSL(self.host, self.port, timeout=self.patience, context=create_default_context())
        return SMTP(self.host, self.port, timeout=self.patience)
