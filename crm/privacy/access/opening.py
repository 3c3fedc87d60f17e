"""Opens what is sealed in the rows of a copy; what does not open is counted and stops nothing else."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from crm.privacy.access.ways import Form, Key, Reached, SealedColumn
from crm.vault import ErasedError, Place, TamperedError, Vault

Row = Mapping[str, Any]


class Opener:
    """Opens sealed columns, and remembers by table how many values could not be opened."""

    def __init__(self, session: Session) -> None:
        self._vault = Vault.of(session)
        self.unreadable: dict[str, int] = {}

    def open_column(self, reached: Reached, column: SealedColumn, rows: Sequence[Row]) -> list[Any]:
        """Return what one column says in these rows, in order; None where it is empty or does not open."""
        filled = [number for number, row in enumerate(rows) if row[column.name] is not None]
        contents = self._open_all(reached, column, [rows[number] for number in filled])
        opened: list[Any] = [None] * len(rows)
        for number, content in zip(filled, contents, strict=True):
            opened[number] = None if content is None else _said(content, column.form)
        return opened

    def _open_all(self, reached: Reached, column: SealedColumn, rows: Sequence[Row]) -> list[bytes | None]:
        if column.key is not Key.PERSON:
            return [self._try(reached, partial(self._open_other, reached, column, row)) for row in rows]
        self._vault.prefetch({row["subject_id"] for row in rows}, str(column.compartment))
        sealed = [(_place(reached, column, row), _bytes(row[column.name])) for row in rows]
        try:
            return list(self._vault.open_many(sealed))
        except (ErasedError, TamperedError):  # one of them; the others are still due to the person
            return [self._try(reached, partial(self._vault.open, *each)) for each in sealed]

    def _open_other(self, reached: Reached, column: SealedColumn, row: Row) -> bytes:
        if column.key is Key.INTAKE:
            return self._vault.open_intake(_bytes(row[column.name]), row_id=column.row_of(row))
        return self._vault.open_own(reached.table.name, column.name, column.row_of(row), _bytes(row[column.name]))

    def _try(self, reached: Reached, open_one: Callable[[], bytes]) -> bytes | None:
        try:
            return open_one()
        except (ErasedError, TamperedError):
            self.unreadable[reached.table.name] = self.unreadable.get(reached.table.name, 0) + 1
            return None


def _place(reached: Reached, column: SealedColumn, row: Row) -> Place:
    return Place(row["subject_id"], str(column.compartment), reached.table.name, column.name, column.row_of(row))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""  # SQLite stores any type in any column


def _said(content: bytes, form: Form) -> Any:
    if form is Form.FILE:
        return content
    text = content.decode(errors="replace")
    if form is Form.TEXT:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
