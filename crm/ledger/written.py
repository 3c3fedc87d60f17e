"""Which values and rows entries say were written, so that what was changed past the program shows."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import Session

from crm.clock import micros
from crm.db import among
from crm.ledger import tables
from crm.ledger.acts import IS_OF_ACTS, IS_OF_ACTS_HERE
from crm.ledger.entry_checks import blob
from crm.ledger.leaf import parse

_AT_ONCE = 5_000
_E = tables.entry.c


def _select(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (_E.id, _E.t, _E.action, _E.actor, _E.subject_id, blob(_E.leaf))
    return select(*columns).where(*conditions).order_by(_E.id).execution_options(yield_per=_AT_ONCE)


_BY_ACTS = _select(IS_OF_ACTS)
_BY_ACTS_OF_PEOPLE = _select(IS_OF_ACTS_HERE, among(_E.subject_id, "subject_ids"))
_BY_OTHER_ACTS_OF_PEOPLE = _select(~IS_OF_ACTS_HERE, among(_E.subject_id, "subject_ids"))


@dataclass(frozen=True, slots=True)
class Written:
    """What one entry says was written.

    Attributes:
        place: where the entry stands in the order of writing.
        t: when, in microseconds.
        kind: the kind of object, if the entry names one.
        groups: the groups it covers; those that were emptied come last and have no hash.
        hashes: hex SHA-256 of each sealed value in the order of the groups, then digests of rows.
    """

    place: int
    t: int
    action: str
    actor: str
    subject_id: str | None
    kind: str | None
    groups: tuple[str, ...]
    hashes: tuple[str, ...]


def find_written(session: Session, subject_ids: Sequence[str], *, except_actions: Collection[str]) -> Iterator[Written]:
    """Yield, oldest first for each person, the entries that changed something; a leaf that was tampered with says nothing.

    Args:
        except_actions: acts that only read; most entries are about them, and they name no values.
    """
    yield from _read(session, _BY_OTHER_ACTS_OF_PEOPLE, {"actions": except_actions, "subject_ids": subject_ids})


def find_written_by(session: Session, actions: Collection[str], *, subject_ids: Sequence[str] | None = None) -> Iterator[Written]:
    """Yield, oldest first, the entries of these acts; a leaf that was tampered with says nothing.

    Args:
        subject_ids: only those about these people; None for all.
    """
    if subject_ids is None:
        yield from _read(session, _BY_ACTS, {"actions": actions})
    else:
        yield from _read(session, _BY_ACTS_OF_PEOPLE, {"actions": actions, "subject_ids": subject_ids})


def sum_counts(session: Session | Connection, action: str) -> int:
    """Return the sum of the numbers that the entries of this act say; a leaf that was tampered with says nothing."""
    return sum(_count_by_result(session.scalars(_leaves(action))).values())


def sum_counts_since(session: Session, action: str, *, since: datetime) -> Counter[str]:
    """Return the same sum by the results that the entries say, of those since a moment."""
    return _count_by_result(session.scalars(_leaves(action).where(_E.t >= micros(since))))


def count_about_nobody(session: Session, action: str) -> int:
    """Return how many entries of this act name no person."""
    return session.scalar(select(func.count()).where(_E.action == action, _E.subject_id.is_(None))) or 0


def _leaves(action: str) -> Select[Any]:
    return select(blob(_E.leaf)).where(_E.action == action).execution_options(yield_per=_AT_ONCE)


def _count_by_result(leaves: Iterable[bytes]) -> Counter[str]:
    counted = Counter[str]()
    for leaf in leaves:
        with suppress(ValueError):
            said = parse(leaf)
            counted[said.get("res", "")] += int(said.get("cnt", 0))
    return counted


def select_subjects(action: str) -> Select[tuple[str]]:
    """Return the query for the people about whom there is an entry of this act."""
    return select(_E.subject_id).where(_E.action == action, _E.subject_id.is_not(None)).distinct()


def _read(session: Session, query: Select[*tuple[Any, ...]], wanted: Mapping[str, Collection[str]]) -> Iterator[Written]:
    parameters = {name: list(values) for name, values in wanted.items()}
    for place, t, action, actor, subject_id, leaf in session.execute(query, parameters):
        try:
            said = parse(leaf)
        except ValueError:
            continue
        if "vh" in said or "f" in said:
            groups, hashes = tuple(said.get("f", ())), tuple(said.get("vh", ()))
            yield Written(place, t, action, actor, subject_id, said.get("obj"), groups, hashes)
