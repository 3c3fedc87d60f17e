"""The way to the mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from crm.errors import CrmError, UnavailableError

_PATIENCE: Final = 20.0  # seconds
_IMPLICIT_TLS: Final = 465
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class MailUnreachableError(UnavailableError):
    """The mail server does not answer or broke off; the message is tried again."""

    message = "Der Mailserver antwortet nicht. Die E-Mail wird später noch einmal versucht."


class MailRefusedError(CrmError):
    """The mail server does not take this message."""

    message = "Der Mailserver nimmt diese E-Mail nicht an."


class RealMailInDemoError(CrmError):
    """The demonstration sends nothing to a real mail server."""

    message = "Die Vorführung verschickt keine echte Post; sie nimmt nur ihr eigenes Postfach auf dieser Maschine."


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """A mail server and how to speak to it. Off this machine nothing is sent without TLS."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse a demonstration that would reach real people.

        Raises:
            RealMailInDemoError: the server is not on this machine.
        """
        if self.demo and not self._is_here:
            raise RealMailInDemoError

    @property
    def _is_here(self) -> bool:
        return self.host in _THIS_MACHINE

    def deliver(self, message: EmailMessage) -> None:
        """Hand one message over; returns when the server has accepted it.

        Raises:
            MailUnreachableError: no answer, or it broke off.
            MailRefusedError: the server said no for good.
        """
        try:
            with self._connect() as server:
                if not self._is_here and self.port != _IMPLICIT_TLS:
                    server.starttls(context=ssl.create_default_context())
                if self.user and self.password:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise MailRefusedError from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnreachableError from error

    def _connect(self) -> smtplib.SMTP:
        if self.port == _IMPLICIT_TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=_PATIENCE)
