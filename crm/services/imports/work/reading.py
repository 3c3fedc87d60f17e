"""Rows about daily work: each cell in the type of its target, and what cannot be read named by row."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from crm.amounts import parse_amount
from crm.errors import InvalidInputError
from crm.privacy import special_categories
from crm.readable import many_lines, without_overrides
from crm.services.imports.cells import Cells
from crm.services.imports.fields import TARGETS
from crm.services.imports.people import leave_out
from crm.services.imports.rows import LeftOut, Reason, Verdict, WorkRow
from crm.services.imports.source_file import SourceFile
from crm.services.imports.table import Record
from crm.services.imports.values import find_email

LONGEST_LINE: Final = 120  # characters, as in the forms
LONGEST_TEXT: Final = 10_000
_ALL: Final = 100  # percent
_LEVELS: Final = 4
_DAYS: Final = (date(2000, 1, 1), date(2100, 12, 31))
_RECORDS: Final = ("person", "company", "matter", "campaign")
_FLAGS: Final = ("is_closed", "is_won", "has_responded", "cancelled")
_ON: Final = (
    "expected_on",
    "opened_on",
    "closed_on",
    "due_on",
    "issued_on",
    "settled_on",
    "starts_on",
    "ends_on",
    "sent_on",
    "responded_on",
)
_AT: Final = ("opened_at", "closed_at")
_CENTS: Final = ("amount", "net", "gross", "paid")
_COUNTS: Final = {"probability": _ALL, "dunning_level": _LEVELS}


class WorkReader:
    """Makes rows of daily work of the records of one file.

    Args:
        zone: the controller's time zone, in which days begin and end.
    """

    def __init__(self, file: SourceFile, *, zone: ZoneInfo) -> None:
        self._file = file
        self._targets = TARGETS[file.kind] & file.binding.places.keys()
        self._zone = zone

    def read(self, record: Record) -> WorkRow | LeftOut:
        """Return what a record says, or why it is left out."""
        cells = Cells(self._file.binding, record)
        if reason := leave_out(cells):
            return LeftOut(record.row, Verdict.SKIPPED, reason)
        if cells.has_null_character():
            return LeftOut(record.row, Verdict.REFUSED, Reason.NULL_CHARACTER)
        records = {name: cells.record_id(name) for name in _RECORDS}
        return WorkRow(
            row=record.row,
            kind=self._file.kind,
            record_id=cells.record_id() or self._file.id_of_row(record.row),
            email=find_email(cells.raw("email")) or "" if "email" in self._targets else "",
            company_name=cells.text("company_name"),
            values=self._values(cells),
            remarks=tuple(dict.fromkeys(cells.remarks)),
            **records,
        )

    def _values(self, cells: Cells) -> Mapping[str, Any]:
        read: list[tuple[tuple[str, ...], Callable[[Cells, str], Any]]] = [
            (_FLAGS, Cells.says_yes),
            (_ON, self._day),
            (_AT, _moment),
            (_CENTS, _cents),
            (tuple(_COUNTS), _count),
            (("title", "name"), _title),
            (("text",), _text),
        ]
        typed = {name: how for names, how in read for name in names}
        lines = self._targets - typed.keys() - {"id", "deleted", "email", "company_name", *_RECORDS}
        values = {name: typed[name](cells, name) for name in sorted(self._targets & typed.keys())}
        values |= {name: cells.text(name) for name in sorted(lines)}
        return {name: value for name, value in values.items() if value not in {None, ""}}

    def _day(self, cells: Cells, target: str) -> date | None:
        moment = cells.moment(target)
        if moment is None:
            return None
        day = moment.astimezone(self._zone).date() if _DAYS[0].year <= moment.year <= _DAYS[1].year else date.min
        if not _DAYS[0] <= day <= _DAYS[1]:
            cells.remarks.append(Reason.MOMENT_IMPOSSIBLE)
            return None
        return day


def _moment(cells: Cells, target: str) -> datetime | None:
    moment = cells.moment(target)
    if moment is not None and not _DAYS[0].year <= moment.year <= _DAYS[1].year:
        cells.remarks.append(Reason.MOMENT_IMPOSSIBLE)
        return None
    return moment


def _cents(cells: Cells, target: str) -> int | None:
    typed = cells.text(target)
    if not typed:
        return None
    try:
        return parse_amount(typed, field=target)
    except InvalidInputError:
        cells.remarks.append(Reason.AMOUNT_INVALID)
        return None


def _count(cells: Cells, target: str) -> int | None:
    typed = cells.text(target).removesuffix("%").strip()
    if not typed:
        return None
    whole, _, rest = typed.replace(",", ".").partition(".")
    if whole.isdecimal() and rest.strip("0") == "" and int(whole[:4]) <= _COUNTS[target]:
        return int(whole)
    cells.remarks.append(Reason.NUMBER_INVALID)
    return None


def _title(cells: Cells, target: str) -> str:
    text = cells.text(target)
    if len(text) > LONGEST_LINE:
        cells.remarks.append(Reason.VALUE_SHORTENED)
        text = text[: LONGEST_LINE - 1] + "…"
    return _without_hints(cells, text)


def _text(cells: Cells, target: str) -> str:
    text = without_overrides(many_lines(cells.raw(target)))
    if len(text) > LONGEST_TEXT:
        cells.remarks.append(Reason.VALUE_SHORTENED)
        text = text[: LONGEST_TEXT - 1] + "…"
    return _without_hints(cells, text)


def _without_hints(cells: Cells, text: str) -> str:
    """Leave a text out that hints at health, religion and the like: nobody is there to decide that it may stand.

    Source: Art. 9(1) DSGVO.
    """
    if not special_categories.find_words(text):
        return text
    cells.remarks.append(Reason.WORDS_LEFT_OUT)
    return ""
