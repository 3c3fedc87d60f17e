"""The records of a file, one by one, strictly: a row that does not fit the header refuses the file."""

import csv
from collections.abc import Iterator
from typing import NamedTuple

from crm.documents.formulas import as_meant
from crm.services.imports.dialect import names_separator
from crm.services.imports.errors import (
    CellTooLargeError,
    ColumnTwiceError,
    FileEmptyError,
    LineEndsError,
    WrongColumnCountError,
    WrongQuotingError,
)
from crm.services.imports.limits import Limits
from crm.services.imports.snapshot import RowCounter, Snapshot


class Record(NamedTuple):
    """One row of a file; the header is row 1, as a spreadsheet shows it."""

    row: int
    cells: list[str]


class Table:
    """A file as header and records."""

    def __init__(self, snapshot: Snapshot, *, encoding: str, delimiter: str, limits: Limits) -> None:
        self.name = snapshot.name
        self.snapshot = snapshot
        self.encoding = encoding
        self.delimiter = delimiter
        self._limits = limits
        first = next(iter(self._all()), None)
        if first is None or not any(cell.strip() for cell in first.cells):
            raise FileEmptyError(file=self.name)
        self.header = [as_meant(cell).strip() for cell in first.cells]
        self._require_distinct_columns()

    def records(self) -> Iterator[Record]:
        """Return the records after the header; empty lines are none.

        Raises:
            WrongQuotingError, WrongColumnCountError, CellTooLargeError: the file is broken at a row.
        """
        records = self._all()
        next(records)
        expected = len(self.header)
        for record in records:
            found = len(record.cells)
            if found == expected:
                yield Record(record.row, [as_meant(cell) for cell in record.cells])
            elif found:
                raise WrongColumnCountError(file=self.name, row=record.row, found=found, expected=expected)

    def _all(self) -> Iterator[Record]:
        row = 0
        counter = RowCounter()
        records = csv.reader(self._text_lines(counter), delimiter=self.delimiter, strict=True)
        try:
            for row, cells in enumerate(records, start=1):
                self._require_small_cells(row, cells)
                if counter.is_open:  # a lone quotation mark inside a cell: what belongs together is anybody's guess
                    raise WrongQuotingError(file=self.name, row=row)
                yield Record(row, cells)
        except csv.Error as error:
            if "field larger than field limit" in str(error):
                raise CellTooLargeError(file=self.name, row=row + 1, limit=csv.field_size_limit()) from None
            if "new-line character" in str(error):
                raise LineEndsError(file=self.name, row=row + 1) from None
            raise WrongQuotingError(file=self.name, row=row + 1) from None

    def _text_lines(self, counter: RowCounter) -> Iterator[str]:
        for number, line in enumerate(self.snapshot.lines()):
            text = line.decode(self.encoding)
            if number or not names_separator(text):
                counter.count(line)
                yield text

    def _require_small_cells(self, row: int, cells: list[str]) -> None:
        limit = self._limits.cell_characters
        if sum(map(len, cells)) > limit and max(map(len, cells)) > limit:
            raise CellTooLargeError(file=self.name, row=row, limit=limit)

    def _require_distinct_columns(self) -> None:
        places: dict[str, int] = {}
        for place, name in enumerate(self.header, start=1):
            first = places.setdefault(name.casefold(), place)
            if name and first != place:
                raise ColumnTwiceError(file=self.name, first=first, second=place)
