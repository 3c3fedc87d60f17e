"""Plants a marker in every column that holds data of a person, whatever tables there are: of a new column one is planted by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, update

from crm.db import Category
from crm.privacy.access.ways import Form, Key, Reached, Way, find_ways, is_about_person
from crm.vault import Padding, Place, Vault

# A number with a limit of its own: what stands there is looked for instead.
_LIMITED = frozenset({"invoice.dunning_level", "subject.state", "subject.write_seq"})
_DAY = date(1990, 1, 1)


@dataclass(frozen=True)
class Marker:
    """What stands in one column, as a copy writes it; `is_planted`: nothing else in the installation says so."""

    column: str
    text: str
    is_planted: bool


class Planter:
    """Plants markers in the rows of one person."""

    def __init__(self, session) -> None:
        self._session, self._number = session, 0

    def plant(self, subject_id: str) -> list[Marker]:
        """Plant a marker wherever the person is named, and return what stands there now."""
        return [marker for reached in find_ways() if reached.way is Way.NAMED for marker in self._plant_in(reached, subject_id)]

    def _plant_in(self, reached: Reached, subject_id: str) -> Iterator[Marker]:
        table = reached.table
        row = self._session.execute(select(table).where(table.c[reached.named_in] == subject_id)).mappings().first()
        if row is None:
            yield Marker(f"{table}", "no row", is_planted=False)
            return
        changed, markers = dict(row), []
        for column in table.columns:
            if is_about_person(column) and not column.name.startswith("sealed_"):
                changed[column.name], marker = self._value(column, row[column.name])
                markers.append(marker)
        for column in reached.sealed:
            word = f"zq{self._next():05d}"
            changed[column.name] = self._seal(reached, column, changed, word)
            markers.append(Marker(f"{table}.{column.name}", word, is_planted=True))
        keys = [column == row[column.name] for column in table.primary_key.columns]
        if new := {name: value for name, value in changed.items() if value != row[name]}:
            self._session.execute(update(table).where(*keys).values(new))
        yield from markers

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _value(self, column, found):
        name, number, kind = str(column), self._next(), _kind(column)
        if column.info["personal"] is Category.LINK or column.foreign_keys or name in _LIMITED or kind is bool:
            return found, Marker(name, _written(found), is_planted=False)
        made = {
            str: lambda: f"zq{number:05d}",
            bytes: lambda: number.to_bytes(16, "big"),
            int: lambda: 7_000_000 + number,
            date: lambda: _DAY + timedelta(days=number),
            datetime: lambda: datetime(1960, 1, 1, tzinfo=UTC) + timedelta(days=number),
            time: lambda: time(3, 7, number % 60, number),
        }[kind]()
        return made, Marker(name, _written(made), is_planted=True)

    def _seal(self, reached, column, row, word):
        vault, content = Vault.of(self._session), f'{{"said": "{word}"}}' if column.form is Form.FIELDS else word
        if column.key is Key.OWN:
            return vault.seal_own(reached.table.name, column.name, column.row_of(row), content.encode())
        vault.begin_write(self._session, [row["subject_id"]])
        place = Place(row["subject_id"], column.compartment, reached.table.name, column.name, column.row_of(row))
        return vault.seal(self._session, place, content.encode(), padding=Padding.TEXT)


def _kind(column):
    """Return the type of what stands in a column; our moments are a type of their own, which says nothing about it."""
    kind = column.type.python_type
    return datetime if kind is object else kind


def _written(value) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return value.hex() if isinstance(value, bytes) else str(value)
