"""Are the rows that say what may be done the ones that entries say were written? Nobody's data are opened.

Each bound row has to be named by an entry, and each row that an entry names has to be there; see `bound_rows`.

Source: Art. 5(1)(f), 5(2), 32(1)(d) DSGVO.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import ledger
from crm.ledger import Written
from crm.models.account import AccountRole
from crm.models.request_case import CaseSubject
from crm.privacy import bound_rows
from crm.privacy.actions import Action
from crm.privacy.bound_rows import ACCOUNT, BOUND, CASE, Bound
from crm.vault import Subject, SubjectState

_SKEW: Final = 2_000_000  # microseconds; on PostgreSQL transactions commit interleaved
_AT_ONCE: Final = 5_000
# How many hashes of sealed values stand before the digests of rows, where it is not one for each group.
_VALUES: Final = {Action.CONSENT_GIVEN: 1, Action.DOCUMENT_FILED: 2}
_ACTIONS: Final = frozenset().union(*(each.by | each.replaced_by | each.removed_by | each.renewed_by for each in BOUND))
_REPLACED: Final = frozenset().union(*(each.replaced_by for each in BOUND))
_REMOVED: Final = frozenset().union(*(each.removed_by for each in BOUND))
_DECIDING: Final = frozenset(each.table for each in BOUND if each.decides)
_OF_ACCOUNTS, _OF_CASES = (next(each.renewed_by for each in BOUND if each.table == table) for table in (ACCOUNT, CASE))


class Where(NamedTuple):
    """A table, or the act whose entry names the row, and whose row it is."""

    what: str
    whose: str | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found, in numbers and pseudonyms.

    Attributes:
        rows: how many rows were compared.
        unnamed: rows that no entry names: added or changed.
        gone: rows that an entry names and that are not there: deleted or changed.
        moved: rows whose order is not that of their entries: the latest is not the latest.
    """

    rows: int = 0
    unnamed: Mapping[Where, int] = field(default_factory=dict)
    gone: Mapping[Where, int] = field(default_factory=dict)
    moved: Mapping[Where, int] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        return not (self.unnamed or self.gone or self.moved)


class _Named(NamedTuple):
    """Where the log names a row last."""

    order: tuple[int, int]
    t: int
    where: Where


class _Entries:
    """The rows that should be there as the entries say, by digest."""

    def __init__(self) -> None:
        self.left: Counter[str] = Counter()
        self.named: dict[str, _Named] = {}
        self._newest: dict[str, tuple[str, _Named]] = {}

    def add(self, written: Written) -> None:
        action = Action(written.action)
        rows = list(written.hashes[_VALUES.get(action, len(written.groups)) :])
        if action in _OF_ACCOUNTS and rows:
            whose = written.subject_id or written.actor
            self._renew(whose, rows.pop(), written, whose)
        elif action in _OF_CASES and len(rows) > 1:
            row, case = rows.pop(), rows.pop()
            self._renew(case, row, written, written.subject_id)
        for position, each in enumerate(rows):
            named = _Named((written.place, position), written.t, Where(action, written.subject_id))
            self._count(each, named, -1 if _is_gone(action, position) else 1)

    def close(self) -> None:
        """Let the newest entry about each account and each case speak for it."""
        for row, named in self._newest.values():
            self._count(row, named, 1)

    def take(self, row: str) -> _Named | None:
        """Return where a row that is there is named, once for each time it is."""
        if self.left[row] <= 0:
            return None
        self.left[row] -= 1
        return self.named[row]

    def _renew(self, which: str, row: str, written: Written, whose: str | None) -> None:
        self._newest[which] = (row, _Named((written.place, 0), written.t, Where(written.action, whose)))

    def _count(self, row: str, named: _Named, by: int) -> None:
        self.left[row] += by
        self.named[row] = named


def _is_gone(action: Action, position: int) -> bool:
    return action in _REMOVED or (action in _REPLACED and position == 0)


def compare(session: Session) -> Compared:
    """Compare every bound row with the log."""
    entries = _Entries()
    for written in ledger.find_written_by(session, _ACTIONS):
        entries.add(written)
    entries.close()
    return _compare(session, entries, BOUND)


def find_changed(session: Session, subject_ids: Sequence[str], *, tables: frozenset[str] = _DECIDING) -> set[str]:
    """Return of which of these people rows are not what entries say.

    Args:
        tables: which rows; those that say when people are forgotten, if nothing else is asked for.
    """
    bound, acts = _bound_in(tables)
    entries = _Entries()
    for written in ledger.find_written_by(session, acts, subject_ids=subject_ids):
        entries.add(written)  # not closed: what the newest entry says of a case is not looked at
    found = _compare(session, entries, bound, subject_ids=subject_ids)
    return {each.whose for each in (*found.unnamed, *found.gone, *found.moved) if each.whose}


@cache
def _bound_in(tables: frozenset[str]) -> tuple[tuple[Bound, ...], frozenset[Action]]:
    bound = tuple(each for each in BOUND if each.table in tables)
    return bound, frozenset().union(*(each.by | each.replaced_by | each.removed_by for each in bound))


def _compare(session: Session, entries: _Entries, tables: Iterable[Bound], *, subject_ids: Sequence[str] | None = None) -> Compared:
    rows, unnamed, moved = 0, Counter[Where](), Counter[Where]()
    skew = 0 if session.get_bind().dialect.name == "sqlite" else _SKEW
    for bound in tables:
        last: dict[str | None, _Named] = {}
        for whose, row in _find_rows(session, bound, subject_ids):
            rows += 1
            named = entries.take(row) if row is not None else None
            if named is None:
                unnamed[Where(bound.table, whose)] += 1
            elif bound.is_ordered and _is_behind(named, last.get(whose), skew):
                moved[Where(bound.table, whose)] += 1
            elif bound.is_ordered:
                last[whose] = named
    return Compared(rows, unnamed, _find_gone(session, entries), moved)


def _is_behind(named: _Named, last: _Named | None, skew: int) -> bool:
    return last is not None and named.order < last.order and named.t <= last.t - skew


def _find_gone(session: Session, entries: _Entries) -> Counter[Where]:
    """Return rows that are not there; what goes with an erased person is not missed."""
    left = [(entries.named[row].where, count) for row, count in entries.left.items() if count > 0]
    if not left:
        return Counter()
    going = {action for each in BOUND if each.goes for action in each.by | each.replaced_by}
    forgotten = set(session.scalars(select(Subject.id).where(Subject.state != SubjectState.LIVING)))
    gone: Counter[Where] = Counter()
    for where, count in left:
        if where.what not in going or where.whose not in forgotten:
            gone[where] += count
    return gone


def _find_rows(session: Session, bound: Bound, subject_ids: Sequence[str] | None = None) -> Iterator[tuple[str | None, str | None]]:
    """Yield whose each row is and its digest, None for one that holds what no act writes.

    Args:
        subject_ids: only those about these people; a table that is about nobody is read whole.
    """
    beside = _BESIDE[bound.table](session) if bound.table in _BESIDE else None
    query = bound_rows.query_of(bound.table, of_people=subject_ids is not None).execution_options(yield_per=_AT_ONCE)
    try:
        for row in session.execute(query, {"subject_ids": subject_ids}).mappings():
            yield _whose(row), _digest(bound.table, dict(row), beside)
    except (ValueError, TypeError):  # SQLite stores any type in any column: a moment that is none cannot even be read
        yield None, None


def _whose(row: Mapping[Any, Any]) -> str | None:
    whose = row.get("pseudonym") or row.get("subject_id")
    return str(whose) if whose else None


def _digest(table: str, row: Mapping[str, Any], beside: Mapping[str, set[str]] | None) -> str:
    if beside is None:
        return bound_rows.digest(table, row)
    return bound_rows.digest_beside(table, row, beside.get(row["id"], set()))


def _find_roles(session: Session) -> dict[str, set[str]]:
    held: dict[str, set[str]] = defaultdict(set)
    for account_id, role in session.execute(select(AccountRole.account_id, AccountRole.role)):
        held[account_id].add(role)
    return held


def _find_people(session: Session) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for case_id, subject_id, found_by in session.execute(select(CaseSubject.case_id, CaseSubject.subject_id, CaseSubject.found_by)):
        found[case_id].add(bound_rows.person_of_case(subject_id, found_by))
    return found


_BESIDE: Final = {ACCOUNT: _find_roles, CASE: _find_people}
