"""What a mail carries besides its text, and under which name it arrives."""

import base64
import unicodedata
from dataclasses import dataclass
from typing import Final

from crm.errors import InvalidInputError

_LONGEST_NAME: Final = 80
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|;')  # a path, or what a file system or a header would stumble over


class AttachmentTypeError(InvalidInputError):
    """The media type of an attachment is none."""

    message = "Dieser Anhang hat keinen gültigen Medientyp. Erlaubt ist zum Beispiel application/pdf."


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that goes with a mail."""

    name: str
    media_type: str
    content: bytes

    def packed(self) -> dict[str, str]:
        """Return it as text, for the sealed letter in the outbox."""
        return {"name": self.name, "media_type": self.media_type, "content": base64.b64encode(self.content).decode()}

    @classmethod
    def unpacked(cls, stored: dict[str, str]) -> "Attachment":
        """Return what was packed."""
        return cls(stored["name"], stored["media_type"], base64.b64decode(stored["content"]))


def safe_name(name: str) -> str:
    """Return a name that any file system takes and that shows what it is: no path, nothing invisible, not hidden.

    Its end stays, because that is how people recognise the kind of a file.
    """
    visible = "".join(each for each in name if each not in _NOT_IN_NAMES and not unicodedata.category(each).startswith("C"))
    stem, dot, end = " ".join(visible.split()).strip(". ").rpartition(".")
    if not dot:
        stem, end = end, ""
    kept = stem[: _LONGEST_NAME - len(dot + end)] if len(dot + end) < _LONGEST_NAME else stem[:_LONGEST_NAME]
    return f"{kept}{dot}{end}"[:_LONGEST_NAME] or "anhang"


def kind_of(attachment: Attachment) -> tuple[str, str]:
    """Return the two parts of the media type.

    Raises:
        AttachmentTypeError: it is none.
    """
    kind, _, subtype = attachment.media_type.partition("/")
    if not all(part and part.isascii() and part.replace("-", "").replace("+", "").replace(".", "").isalnum() for part in (kind, subtype)):
        raise AttachmentTypeError
    return kind, subtype
