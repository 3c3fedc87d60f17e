"""What a mail says, and how it is written for the mail server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any, Final

from crm.errors import InvalidInputError
from crm.mail.attachment import Attachment, kind_of, safe_name
from crm.mail_address import is_possible

# What a letter may add: the way out of advertising that mail programs show as a button (Source: RFC 2369, RFC 8058), and who
# reads an answer.
_WAY_OUT: Final = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post"})
REPLY_TO: Final = "Reply-To"
ALLOWED_HEADERS: Final = _WAY_OUT | {REPLY_TO}


class _Unbroken(EmailPolicy):
    """Writes the way out in one line: folded, a long address is encoded, and mail programs no longer know it."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}\r\n".encode("ascii") if name in _WAY_OUT else super().fold_binary(name, value)


_POLICY: Final = _Unbroken() + SMTP


class HeaderInjectionError(InvalidInputError):
    """An address or subject has a line break, which would begin another header."""

    message = "Adresse und Betreff einer E-Mail stehen in einer Zeile. Entfernen Sie den Zeilenumbruch."


class HeaderNotAllowedError(InvalidInputError):
    """A letter wants to set a header that is not its business."""

    message = "Diese Kopfzeile darf eine E-Mail nicht setzen: %(header)s."


class AddressNotWritableError(InvalidInputError):
    """As the address of a mail, this text would be read as another address, as several, or as none."""

    message = "An diese Adresse lässt sich keine E-Mail schreiben. Prüfen Sie, ob sie richtig geschrieben ist."


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address."""

    to: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse headers that are not a letter's business when it is written, not when it is sent.

        Raises:
            HeaderNotAllowedError: a header is none of `ALLOWED_HEADERS`, or its value is no plain address.
            HeaderInjectionError: a header has a line break.
        """
        for name, value in self.headers.items():
            if name not in ALLOWED_HEADERS:
                raise HeaderNotAllowedError(header=name)
            if not value.isascii():
                raise HeaderNotAllowedError(header=name)
            _require_one_line(value)

    def packed(self) -> dict[str, Any]:
        """Return it as values that JSON knows, for the outbox."""
        attached = [each.packed() for each in self.attachments]
        return {"to": self.to, "subject": self.subject, "text": self.text, "attachments": attached, "headers": dict(self.headers)}

    @classmethod
    def unpacked(cls, stored: Mapping[str, Any]) -> "Letter":
        """Return what was packed; letters of older versions carry no attachments."""
        attached = tuple(Attachment.unpacked(each) for each in stored.get("attachments", ()))
        return cls(stored["to"], stored["subject"], stored["text"], attached, stored.get("headers", {}))


def to_mime(letter: Letter, *, sender: str, message_id: str, now: datetime) -> EmailMessage:
    """Return the letter as a message with its headers.

    Raises:
        HeaderInjectionError: the address or the subject has a line break.
        AddressNotWritableError: the header would not name exactly this one address.
        AttachmentTypeError: an attachment has no media type.
    """
    _require_one_line(letter.to + letter.subject)
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = _addressee(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    if REPLY_TO not in letter.headers:
        message["Auto-Submitted"] = "auto-generated"  # nobody's holiday notice shall answer it
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.text)
    for each in letter.attachments:
        kind, subtype = kind_of(each)
        message.add_attachment(each.content, maintype=kind, subtype=subtype, filename=safe_name(each.name))
    return message


def _require_one_line(value: str) -> None:
    if any(ord(character) < ord(" ") for character in value):
        raise HeaderInjectionError


def _addressee(to: str) -> Address:
    """Return the address as one that the header takes as it is, without decoding anything in it.

    What the header says is then read as the receiver's side does: encoded words, lists and comments make it another one.
    """
    local, at, domain = to.rpartition("@")
    try:
        address = Address(username=local, domain=domain)
        written = str(_POLICY.header_factory("To", address))
        read = [each.addr_spec for each in _POLICY.header_factory("To", written).addresses]
    except (ValueError, LookupError, MessageError) as error:
        raise AddressNotWritableError(field="to") from error
    if not (local and at and domain and is_possible(local, domain)) or written != to or read != [to]:
        raise AddressNotWritableError(field="to")
    return address
