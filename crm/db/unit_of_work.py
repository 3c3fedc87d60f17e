"""Units of work: the only place that commits."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from crm.db.errors import explaining
from crm.db.turnstile import Turnstile

_BEFORE_ANSWER = "before_answer"
_READING = "reading"
_ANSWERS = "answers"
_T = TypeVar("_T")


class Database:
    """Opens units of work on one engine.

    Args:
        equipment: what every session carries in `session.info`, such as the vault of the process.
        at_begin: runs at the start of each transaction; drops what must not be used any more.
    """

    def __init__(self, engine: Engine, *, equipment: dict[str, Any] | None = None, at_begin: Callable[[], None] | None = None) -> None:
        self.engine = engine
        self.equipment = equipment if equipment is not None else {}
        self._reading = sessionmaker(engine, expire_on_commit=False, autoflush=False)
        self._writing = sessionmaker(engine.execution_options(writing=True), expire_on_commit=False)
        if at_begin:
            for factory in (self._reading, self._writing):
                event.listen(factory, "after_begin", _without_arguments(at_begin))
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        self._turnstile = Turnstile(Path(f"{file}.turnstile")) if file and file != ":memory:" else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a unit of work that only reads.

        What was noted with `before_answer` (the ledger entries of what was read) is committed in a short
        writing transaction of its own before this returns; when that fails, so does the reading.
        """
        with explaining(), self._reading(info={**self.equipment, _READING: True}) as session:
            yield session
            notes = session.info.pop(_BEFORE_ANSWER, [])
        if notes:
            with self.writing() as session:
                for note in notes:
                    note(session)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a unit of work that changes something; commits at the end, rolls back on any exception."""
        turn = self._turnstile.passing() if self._turnstile else nullcontext()
        with explaining(), turn, self._writing(info=dict(self.equipment)) as session, session.begin():
            yield session

    @contextmanager
    def writing_in_bulk(self) -> Iterator[Session]:
        """Open one batch of long work, at most 250 ms, behind every unit of work that already waits."""
        turn = self._turnstile.working_long() if self._turnstile else nullcontext()
        with explaining(), turn, self._writing(info=dict(self.equipment)) as session, session.begin():
            yield session


def before_answer(session: Session, note: Callable[[Session], None]) -> None:
    """Run `note` with a writing session before the answer leaves: at once when `session` writes itself."""
    if session.info.get(_READING):
        session.info.setdefault(_BEFORE_ANSWER, []).append(note)
    else:
        note(session)


def once(session: Session, key: Hashable, ask: Callable[[], _T]) -> _T:
    """Return what `ask` returns, and ask once only in a unit of work that reads: one page goes by one state of things."""
    if not session.info.get(_READING):
        return ask()
    answers: dict[Hashable, _T] = session.info.setdefault(_ANSWERS, {})
    if key not in answers:
        answers[key] = ask()
    return answers[key]


def _without_arguments(call: Callable[[], None]) -> Callable[[Session, SessionTransaction, Connection], None]:
    return lambda _session, _transaction, _connection: call()
