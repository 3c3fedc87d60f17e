"""The text of a mail and what else it carries, whatever its parts say about themselves."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from crm.mail.plain_text import from_html

_LONGEST_PART: Final = 500_000  # octets that are read as text; mail programs write a hundred thousand around a few lines
_LONGEST: Final = 100_000  # characters of text
_CHARSETS: Final = ("utf", "ascii", "iso", "latin", "cp", "koi8", "mac", "gb", "big5", "euc", "shift_jis", "hz", "tis", "johab")
_OTHERWISE: Final = "cp1252"  # what programs write that say nothing, or the wrong thing


@dataclass(slots=True)
class Body:
    """What a mail carries.

    Attributes:
        attachments: files; neither mails nor pictures within a text count.
        enclosed: mails that it carries as parts.
    """

    texts: list[str] = field(default_factory=list)
    attachments: int = 0
    enclosed: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text.strip())[:_LONGEST].replace("\r\n", "\n").replace("\r", "\n")


def text_of(message: Message) -> Body:
    """Return the text of a mail, of several forms of it the plain one, and count what else is there."""
    body = Body()
    _take(message, body, within_text=False)
    return body


def _take(part: Message, body: Body, *, within_text: bool) -> None:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        enclosed = part.get_payload()
        body.enclosed += [each for each in enclosed if isinstance(each, Message)] if isinstance(enclosed, list) else []
    elif part.is_multipart():
        _take_parts(part, kind, body, within_text=within_text)
    elif part.get_content_disposition() != "attachment" and kind in {"text/plain", "text/html"}:
        body.texts.append(_decoded(part) if kind == "text/plain" else from_html(_decoded(part)))
    elif not within_text or part.get_content_disposition() == "attachment":
        body.attachments += 1


def _take_parts(part: Message, kind: str, body: Body, *, within_text: bool) -> None:
    if kind != "multipart/alternative":
        for each in _parts_of(part):
            _take(each, body, within_text=within_text or kind == "multipart/related")
        return
    forms = []
    for each in _parts_of(part):
        form = Body()
        _take(each, form, within_text=within_text)
        body.attachments += form.attachments
        body.enclosed += form.enclosed
        forms.append(form)
    body.texts.append(next((form.text for form in forms if form.text), ""))  # the plainest comes first (RFC 2046, 5.1.4)


def _parts_of(part: Message) -> Iterator[Message]:
    parts = part.get_payload()
    return (each for each in parts if isinstance(each, Message)) if isinstance(parts, list) else iter(())


def _decoded(part: Message) -> str:
    """Return the text of a part; what it says about its charset is tried first, and believed only if it fits."""
    raw = part.get_payload(decode=True)
    content = raw[:_LONGEST_PART] if isinstance(raw, bytes) else b""
    for charset in (_charset_of(part), "utf-8"):
        try:
            text = codecs.decode(content, charset)
        except (LookupError, ValueError):
            continue
        return text
    return content.decode(_OTHERWISE, errors="replace")


def _charset_of(part: Message) -> str:
    """Return the charset a part names, if it is one; some of Python's codecs are no charsets and take their time."""
    try:
        name = codecs.lookup(str(part.get_content_charset("utf-8"))).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if name.startswith(_CHARSETS) else "utf-8"
