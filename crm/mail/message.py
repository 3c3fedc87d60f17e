"""What a mail says, and how it is written for the mail server."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from crm.errors import InvalidInputError


class HeaderInjectionError(InvalidInputError):
    """An address or subject has a line break, which would begin another header."""

    message = "Adresse und Betreff einer E-Mail stehen in einer Zeile. Entfernen Sie den Zeilenumbruch."


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address."""

    to: str
    subject: str
    text: str


def to_mime(letter: Letter, *, sender: str, message_id: str, now: datetime) -> EmailMessage:
    """Return the letter as a message with its headers.

    Raises:
        HeaderInjectionError: the address or the subject has a line break.
    """
    if any(ord(character) < ord(" ") for character in letter.to + letter.subject):
        raise HeaderInjectionError
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # nobody's holiday notice shall answer it
    message.set_content(letter.text)
    return message
