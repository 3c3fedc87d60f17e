"""How far an erasure reaches: which rows go with the person, which stay and why.

Computed from the classification of tables and columns, so that a new table is reached without being named here.

Source: Art. 17(1), 17(3) DSGVO.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Executable, Select, Table, delete, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from crm import models  # noqa: F401 - registers every table there is
from crm.db import Base, Category, Compartment, Fate, Kept, Oblivion, among

_OF_PEOPLE = frozenset({Category.CONTENT, Category.LINK, Category.EVIDENCE, Category.METADATA})
_BY_COMPARTMENT = {
    Compartment.PROFILE: Oblivion(Fate.GOES),
    Compartment.PROOF: Oblivion(Fate.STAYS, Kept.EVIDENCE),
    Compartment.CASE: Oblivion(Fate.STAYS, Kept.CASE),
    Compartment.RECORD: Oblivion(Fate.STAYS, Kept.DOCUMENT),
}


class UndecidedTableError(LookupError):
    """A table holds data of people and does not say what an erasure does to it; a mistake in the program."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """What stays of one person in one table, and why."""

    table: str
    kept: Kept
    rows: int


def oblivion_of(table: Table) -> Oblivion | None:
    """Return what an erasure does to the rows of a table, or None where no person can be in it.

    What the table says of itself comes first; else the compartment of its sealed values decides.

    Raises:
        UndecidedTableError: neither says anything.
    """
    said: Oblivion | None = table.info.get("forgets")
    if said is not None:
        return said
    compartments = {column.info["compartment"] for column in table.columns if column.info.get("compartment")}
    if len(compartments) == 1:
        return _BY_COMPARTMENT[compartments.pop()]
    if not any(column.info.get("personal") in _OF_PEOPLE for column in table.columns):
        return None
    raise UndecidedTableError(table.name)


@cache
def find_reach() -> tuple[tuple[Table, Oblivion], ...]:
    """Return every table in which a person can be, those that point to others first."""
    decided = ((table, oblivion_of(table)) for table in reversed(Base.metadata.sorted_tables))
    return tuple((table, oblivion) for table, oblivion in decided if oblivion is not None)


def emptied_columns(table: Table, oblivion: Oblivion) -> tuple[Column[Any], ...]:
    """Return the columns of a row that stays which are emptied: what is sealed for the profile, and what the table names."""
    return tuple(
        column for column in table.columns if column.info.get("compartment") == Compartment.PROFILE or column.name in oblivion.columns
    )


def forget(session: Session, subject_ids: Sequence[str]) -> None:
    """Delete and empty everything that goes with these people; doing it again finds nothing left to do."""
    for statement in _statements():
        session.execute(statement, {"ids": subject_ids})


@cache
def _statements() -> tuple[Executable, ...]:
    """Return the statements that forget people, made once: they are the same for everybody."""
    statements: list[Executable] = []
    for table, oblivion in find_reach():
        if oblivion.fate is Fate.GOES:
            statements.append(delete(table).where(_these(table), *_but_for(table, oblivion)))
        elif oblivion.fate is Fate.EMPTIED:
            nothing = {column.name: None if column.nullable else "" for column in emptied_columns(table, oblivion)}
            statements.append(update(table).where(_these(table)).values(nothing))
    return tuple(statements)


def find_kept(session: Session, subject_id: str) -> list[KeptRows]:
    """Return which rows of an erased person stay and why; the log and the pseudonym's own row are left out."""
    return find_kept_of(session, [subject_id]).get(subject_id, [])


def find_kept_of(session: Session, subject_ids: Sequence[str]) -> dict[str, list[KeptRows]]:
    """Return which rows of these people stay and why, in one question, because a run asks it for hundreds at once."""
    kept: dict[str, list[KeptRows]] = {}
    for subject_id, table, rows in session.execute(_count_kept(), {"ids": subject_ids}):
        kept.setdefault(subject_id, []).append(KeptRows(table, _kept_tables()[table], rows))
    return {subject_id: sorted(rows, key=lambda each: (each.kept, each.table)) for subject_id, rows in kept.items()}


@cache
def _kept_tables() -> dict[str, Kept]:
    return {
        table.name: oblivion.kept
        for table, oblivion in find_reach()
        if "subject_id" in table.c and oblivion.kept is not None and oblivion.kept not in {Kept.LOG, Kept.PROTOCOL, Kept.PASSING}
    }


@cache
def _count_kept() -> Select[*tuple[Any, ...]]:
    tables = [Base.metadata.tables[name] for name in _kept_tables()]
    counts = union_all(
        *(
            select(table.c.subject_id, literal(table.name).label("name"), func.count().label("rows"))
            .where(_these(table))
            .group_by(table.c.subject_id)
            for table in tables
        )
    ).subquery()
    return select(counts.c.subject_id, counts.c.name, counts.c.rows)


def _these(table: Table) -> ColumnElement[bool]:
    return among(table.c.subject_id, "ids")


def _but_for(table: Table, oblivion: Oblivion) -> list[ColumnElement[bool]]:
    if oblivion.unless is None:
        return []
    name, value = oblivion.unless
    return [table.c[name] != value]
