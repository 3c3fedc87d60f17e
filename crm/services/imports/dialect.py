"""How a file is written: its delimiter, and which of the two forms of export it is."""

import codecs
import csv
import re
from enum import StrEnum

from crm.services.imports.snapshot import RowCounter, Snapshot

DELIMITERS = (",", ";", "\t", "|")

_ALL_QUOTED = re.compile(rb'^"(?:[^"]|"")*"(?:[,;\t|]"(?:[^"]|"")*")*\s*$')
_API_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d")
_SEPARATOR_LINE = re.compile(r"^sep=(.)\s*$", re.IGNORECASE)


class ExportForm(StrEnum):
    """The two ways in which the other system writes its records."""

    API = "api"  # Data Loader and programming interface: UTF-8, times like 2022-12-02T00:10:41.000+0000
    WEEKLY = "weekly"  # Data Export: every value quoted, times like 2022-12-02 00:10:41, sometimes Latin-1


def find_form(snapshot: Snapshot) -> ExportForm:
    """Return the form of the export, told by its first two records."""
    header, first = _first_records(snapshot)
    weekly = bool(_ALL_QUOTED.match(header) and (_ALL_QUOTED.match(first) or not first)) and not _API_TIME.search(first)
    return ExportForm.WEEKLY if weekly else ExportForm.API


def _first_records(snapshot: Snapshot) -> tuple[bytes, bytes]:
    records = [b"", b""]
    counter = RowCounter()
    for line in snapshot.lines():
        if counter.row > len(records):
            break
        records[counter.row - 1] += line
        counter.count(line)
    return records[0].removeprefix(codecs.BOM_UTF8), records[1]


def find_delimiter(snapshot: Snapshot, encoding: str) -> str:
    """Return the delimiter that splits the header into most cells; a comma when none does.

    A first line `sep=;`, which spreadsheets write for themselves, decides it.
    """
    header = _first_records(snapshot)[0].decode(encoding)
    if chosen := _SEPARATOR_LINE.match(header):
        return chosen.group(1)
    first_line = header.splitlines()[:1]  # line ends of old Macintosh programs are refused where the rows are read
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader(first_line, delimiter=delimiter), [])))


def names_separator(line: str) -> bool:
    """Return whether this first line only names the delimiter."""
    return bool(_SEPARATOR_LINE.match(line))
