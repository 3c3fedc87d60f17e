"""An open line to a mail server: hands messages over and knows of each what became of it.

Until the end of the data is sent a message has not arrived, whatever happens (RFC 5321, 4.1.1.10: a server cancels a
transaction whose connection breaks), so it is tried again. From then on only the server's answer says so; without one
nobody knows, and the message is not sent a second time.
"""

import re
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from smtplib import SMTP, SMTPException, SMTPServerDisconnected
from typing import Final, cast

from crm.mail.outbox import MailState, Outcome

_ACCEPTED: Final = range(200, 300)
_GO_ON: Final = 354
_FOR_GOOD: Final = range(500, 600)
_CLOSING: Final = 421
_TOO_LARGE: Final = 552
_LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


class _Answered(Exception):  # noqa: N818 - an answer is no error, it ends the conversation about one message
    """The server said something else than yes before it had the message."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Line:
    """A connection on which one message after the other is handed over.

    Args:
        patience_at_end: seconds for the answer to a whole message.
    """

    def __init__(self, server: SMTP, *, patience_at_end: float) -> None:
        self._server = server
        self._patience_at_end = patience_at_end
        self._is_usable = True

    @property
    def is_usable(self) -> bool:
        """Whether another message can be handed over on this line."""
        return self._is_usable

    def hand_over(self, message: EmailMessage) -> Outcome:
        """Hand one message over and return what became of it."""
        try:
            content, options = self._write(message)
            self._announce(message, options, size=len(content))
            self._server.send(content)
        except _Answered as said:
            return self._begin_anew(said.outcome)
        except (OSError, SMTPException):
            self._is_usable = False
            return Outcome(MailState.WAITING)
        except (MessageError, ValueError, LookupError):
            return self._begin_anew(Outcome(MailState.GIVEN_UP))  # it cannot be written as a mail, now or ever
        return self._finish()

    def _write(self, message: EmailMessage) -> tuple[bytes, list[str]]:
        """Return the message as this server can take it, and what has to be said of it.

        Raises:
            ValueError: the server takes no address like these.
        """
        policy, options = cast("EmailPolicy", message.policy), list[str]()
        if not (str(message["From"]) + str(message["To"])).isascii():
            if not self._server.has_extn("smtputf8"):
                raise ValueError("address")
            policy, options = policy.clone(utf8=True), ["SMTPUTF8"]
        if self._server.has_extn("8bitmime"):
            options.append("BODY=8BITMIME")
        else:
            policy = policy.clone(cte_type="7bit")
        content = _LEADING_DOT.sub(b"..", message.as_bytes(policy=policy))
        return content if content.endswith(b"\r\n") else content + b"\r\n", options

    def _announce(self, message: EmailMessage, options: list[str], *, size: int) -> None:
        """Say from whom and to whom, and that the message follows.

        A sender that is refused says something about the settings, not about the message: it waits until they are right.
        """
        limits = [f"SIZE={size}"] if self._server.has_extn("size") else []
        code, _ = self._server.mail(_address(message["From"]), [*options, *limits])
        self._require(code, code in _ACCEPTED, for_good=code == _TOO_LARGE)
        code, _ = self._server.rcpt(_address(message["To"]))
        self._require(code, code in _ACCEPTED, for_good=code in _FOR_GOOD)
        code, _ = self._server.docmd("DATA")
        self._require(code, code == _GO_ON, for_good=code in _FOR_GOOD)

    @staticmethod
    def _require(code: int, is_well: bool, *, for_good: bool) -> None:  # noqa: FBT001 - reads as a sentence where it is called
        if not is_well:
            raise _Answered(Outcome(MailState.GIVEN_UP if for_good else MailState.WAITING, code))

    def _finish(self) -> Outcome:
        """Send the end of the data; from here on nobody but the server knows whether the message arrives."""
        try:
            self._server.send(b".\r\n")
            code = self._await_answer()
        except (OSError, SMTPException):
            self._is_usable = False
            return Outcome(MailState.MAYBE_SENT)
        self._is_usable = code != _CLOSING
        if code in _ACCEPTED:
            return Outcome(MailState.ACCEPTED, code)
        return Outcome(MailState.GIVEN_UP if code in _FOR_GOOD else MailState.WAITING, code)

    def _await_answer(self) -> int:
        """Return the answer to a whole message, which may take longer than others."""
        socket = self._server.sock
        if socket is None:
            raise SMTPServerDisconnected
        usual = socket.gettimeout()
        socket.settimeout(self._patience_at_end)
        code, _ = self._server.getreply()
        socket.settimeout(usual)
        return code

    def _begin_anew(self, outcome: Outcome) -> Outcome:
        """Take back what was said of a message, so that the next one finds a clean line."""
        try:
            self._is_usable = outcome.answer != _CLOSING and self._server.rset()[0] in _ACCEPTED
        except (OSError, SMTPException):
            self._is_usable = False
        return outcome


def _address(value: object) -> str:
    """Return the bare address of a header.

    Raises:
        ValueError: there is none; an empty one would mean the server itself.
    """
    address = parseaddr(str(value))[1]
    if not address:
        raise ValueError("no address")
    return address
