"""In which encoding is a file written? UTF-8, or Latin-1 where an export is known to write it; never a guess.

Any bytes are "valid" Latin-1, so a wrong answer would silently destroy every umlaut.
"""

import codecs
import re

from crm.services.imports.errors import GarbledTextError, WrongEncodingError
from crm.services.imports.snapshot import RowCounter, Snapshot

UTF_8 = "utf-8-sig"
WINDOWS = "cp1252"  # Latin-1 and the signs that Windows puts into its gaps

_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# UTF-8 umlauts that somebody read as Latin-1 and saved as UTF-8 once more: Ã with a stray sign after it.
_GARBLED = re.compile(rb"\xc3\x83(?:\xc2[\xa4\xb6\xbc]|\xe2\x80[\x9e\x93]|\xc5[\x93\xb8])")
# Umlauts of old DOS and Macintosh files, which would read as „ ” Š Ÿ or nothing in the middle of a word.
_NOT_WINDOWS = re.compile(rb"[a-z][\x81\x84\x8a\x8d\x8f\x90\x94\x9d\x9f][a-z]")


def find_encoding(snapshot: Snapshot, *, latin_1_expected: bool) -> str:
    """Return the encoding of the file.

    Args:
        latin_1_expected: the form of the export is one that is sometimes written in Latin-1.

    Raises:
        WrongEncodingError, GarbledTextError: it cannot be told, or umlauts are already lost.
    """
    content = snapshot.content
    # Every second byte of a file of wide characters is zero; a single one further down is the fault of its row.
    if b"\0" in content[: content.find(b"\n") + 1 or None] or content.startswith(_OTHER_MARKS):
        raise WrongEncodingError(file=snapshot.name, row=1)
    row = _first_row_not_utf_8(snapshot)
    if row is None:
        if garbled := _GARBLED.search(content):
            raise GarbledTextError(file=snapshot.name, row=snapshot.row_at(garbled.start()))
        return UTF_8
    if not latin_1_expected or content.startswith(codecs.BOM_UTF8):
        raise WrongEncodingError(file=snapshot.name, row=row)
    if foreign := _NOT_WINDOWS.search(content):
        raise WrongEncodingError(file=snapshot.name, row=snapshot.row_at(foreign.start()))
    _require_windows(snapshot)
    return WINDOWS


def _first_row_not_utf_8(snapshot: Snapshot) -> int | None:
    return _first_row_not(snapshot, "utf-8")


def _require_windows(snapshot: Snapshot) -> None:
    row = _first_row_not(snapshot, WINDOWS)
    if row is not None:
        raise WrongEncodingError(file=snapshot.name, row=row)


def _first_row_not(snapshot: Snapshot, encoding: str) -> int | None:
    counter = RowCounter()
    for line in snapshot.lines():
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return counter.row
        counter.count(line)
    return None
