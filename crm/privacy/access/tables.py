"""A copy as tables for a spreadsheet: one file for each kind of rows, and no cell that is a formula.

Source: Art. 20(1) DSGVO; OWASP, CSV Injection.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from crm.documents.formulas import harmless
from crm.privacy.access.gathering import Record
from crm.privacy.access.texts import column_name


def as_csv(records: Mapping[str, Sequence[Record]]) -> dict[str, bytes]:
    """Return a file for each table: semicolons, a mark that it is UTF-8, a column for each name inside of a value."""
    return {table: _file([dict(_cells(row)) for row in rows]) for table, rows in records.items()}


def _file(rows: Sequence[Mapping[str, str]]) -> bytes:
    titles = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(title) for title in titles])
    writer.writerows([harmless(row.get(title, "")) for title in titles] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cells(row: Record) -> Iterator[tuple[str, str]]:
    for column, said in row.items():
        name = column_name(column)
        if isinstance(said, Mapping):
            yield from ((f"{name}.{inner}", _cell(each)) for inner, each in said.items())
        else:
            yield name, _cell(said)


def _cell(said: Any) -> str:
    if isinstance(said, (bool, Mapping, list)):
        return json.dumps(said, ensure_ascii=False)
    return "" if said is None else str(said)
