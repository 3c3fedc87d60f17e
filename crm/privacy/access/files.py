"""Files about a person stand beside the rows: a row names its file, and no form has to hold bytes as text.

Source: Art. 15(3) DSGVO.
"""

import base64
import binascii
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crm.privacy.access.gathering import Record

FOLDER: Final = "files"
_UNKNOWN: Final = ".bin"
_PDF: Final = "application/pdf"


def take_out(records: Mapping[str, Sequence[Record]]) -> dict[str, bytes]:
    """Put the name of a file in the place of its bytes, and return the files by name."""
    files: dict[str, bytes] = {}
    for table, rows in records.items():
        for number, record in enumerate(rows):
            for column, media_type, content in list(_files_of(record)):
                name = f"{FOLDER}/{table}-{number + 1}-{len(files) + 1}{mimetypes.guess_extension(media_type) or _UNKNOWN}"
                files[name] = content
                _put(record, column, name)
    return files


def _files_of(record: Record) -> Iterator[tuple[tuple[str, ...], str, bytes]]:
    """Yield where files stand in a row: bytes of their own, the letter of an answer, what hangs at a mail."""
    for column, said in record.items():
        if isinstance(said, bytes):
            yield (column,), str(record.get("media_type", "")), said
        elif isinstance(said, Mapping):
            yield from _packed(column, said)


def _packed(column: str, said: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str, bytes]]:
    if (content := _decoded(said.get("pdf"))) is not None:
        yield (column, "pdf"), _PDF, content
    attached = said.get("attachments")
    for number, each in enumerate(attached if isinstance(attached, list) else ()):
        if (content := _decoded(each.get("content"))) is not None:
            yield (column, "attachments", str(number), "content"), each.get("media_type", ""), content


def _decoded(said: object) -> bytes | None:
    try:
        return base64.b64decode(said, validate=True) if isinstance(said, str) else None
    except binascii.Error:
        return None


def _put(record: Record, where: Sequence[str], name: str) -> None:
    place: Any = record
    for step in where[:-1]:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[where[-1]] = name
