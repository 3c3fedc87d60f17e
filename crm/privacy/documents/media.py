"""What a file is, by its content: names and what a browser says about a file can be anything."""

from typing import Final

from crm.errors import InvalidInputError

LARGEST: Final = 5 * 1024 * 1024

PDF: Final = "application/pdf"
TEXT: Final = "text/plain"
ENDINGS: Final = {PDF: ".pdf", "image/png": ".png", "image/jpeg": ".jpg", TEXT: ".txt"}

_BEGINNINGS: Final = {b"%PDF-": PDF, b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_CONTROL: Final = frozenset(chr(code) for code in range(32)) - {"\n", "\r", "\t", "\f"}


class DocumentMissingError(InvalidInputError):
    """No file was chosen, or it is empty."""

    message = "Bitte wählen Sie eine Datei aus; sie darf nicht leer sein."


class DocumentTooLargeError(InvalidInputError):
    """The file is larger than a voucher needs to be."""

    message = "Diese Datei ist größer als %(largest)s MB. Verkleinern Sie sie, zum Beispiel mit einer geringeren Auflösung."


class DocumentTypeError(InvalidInputError):
    """The content is none of the kinds that can be kept."""

    message = "Dieser Inhalt lässt sich nicht ablegen. Möglich sind PDF, PNG, JPEG und reiner Text in UTF-8; der Dateiname zählt nicht."


def media_type_of(content: bytes) -> str:
    """Return the media type that the content itself shows.

    Raises:
        DocumentMissingError, DocumentTooLargeError, DocumentTypeError: it cannot be kept.
    """
    if not content:
        raise DocumentMissingError(field="file")
    if len(content) > LARGEST:
        raise DocumentTooLargeError(field="file", largest=LARGEST // (1024 * 1024))
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if _is_text(content):
        return TEXT
    raise DocumentTypeError(field="file")


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not _CONTROL & set(text)
