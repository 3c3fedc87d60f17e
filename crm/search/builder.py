"""Build the whole index anew, beside the one in use."""

import secrets
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice

from crm.search.document import IndexDocument
from crm.search.entry import DICTIONARY_GROUPS, Entry, Speller, dictionary_words, is_correctable
from crm.search.errors import IndexSpaceError
from crm.search.feed import Position
from crm.search.place import IndexPlace, explaining_lack_of_room, holding
from crm.search.schema import COLUMNS, GROUPS, as_grams, count_grams, create_indexes, create_tables, needs_build, write_facts

_BATCH = 2_000
_BYTES_PER_PERSON = 600  # measured, with what optimising needs for a moment
_SMALLEST = 2_000_000

Progress = Callable[[int, int], None]


class IndexBuilder:
    """Builds an index from documents; readers switch to it when it is complete, never before."""

    def __init__(self, place: IndexPlace) -> None:
        self._place = place

    def build(self, documents: Iterable[IndexDocument], *, total: int, position: Position, progress: Progress | None = None) -> int:
        """Index `documents` and make the result the index of this host; return how many there were.

        Args:
            total: how many documents to expect, for the percentage and the check of room.
            position: `feed.current_position` from before the first document was read.
            progress: called with (done, total) after each batch.

        Raises:
            IndexBusyError: another process of this host builds or writes.
            IndexSpaceError: the RAM file system is too small.
        """
        with holding(self._place.lock()):
            if needs_build(self._place):
                self._place.discard()
            self._require_room(total)
            build = f"build-{secrets.token_hex(8)}.sqlite"
            lack_of_room = explaining_lack_of_room(self._place, needed=required_bytes(total))
            with lack_of_room, closing(self._place.create(build)) as connection:
                done = self._fill(connection, documents, total, progress)
                write_facts(connection, installation_id=self._place.installation_id, position=position)
                connection.execute("PRAGMA journal_mode=WAL")
            self._place.activate(build)
            return done

    def _require_room(self, total: int) -> None:
        needed, free = required_bytes(total), self._place.free_bytes()
        if free is not None and free < needed:
            raise IndexSpaceError.of(needed=needed, free=free)

    def _fill(self, connection: sqlite3.Connection, documents: Iterable[IndexDocument], total: int, progress: Progress | None) -> int:
        # Nothing to undo: a build that stops half-way is thrown away.
        connection.execute("PRAGMA journal_mode=OFF")
        create_tables(connection)
        filling = _Filling(connection)
        self._place.note_progress(0, total)
        for batch in _batches(documents):
            filling.add(batch)
            self._place.note_progress(filling.done, total)
            if progress:
                progress(filling.done, total)
        filling.finish()
        return filling.done


def required_bytes(people: int) -> int:
    """Return how much room on the RAM file system the index of so many people needs."""
    return _SMALLEST + people * _BYTES_PER_PERSON


class _Filling:
    """One build under way."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.done = 0
        self._connection = connection
        self._speller = Speller()
        self._terms: dict[str, int] = {}
        self._words: dict[int, Counter[str]] = defaultdict(Counter)
        # Collect trigrams in memory for long and merge them once, at the end.
        _configure(connection, hashsize=64_000_000, automerge=0)
        connection.execute("BEGIN")

    def add(self, documents: Sequence[IndexDocument]) -> None:
        entries = [self._speller.entry(document) for document in documents]
        numbered = list(enumerate(entries, start=self.done + 1))
        marks = ", ".join("?" * len(COLUMNS))
        people = (self._person(number, entry) for number, entry in numbered)
        self._connection.executemany(f"INSERT INTO person VALUES (?, {marks})", people)  # noqa: S608 - question marks
        for at, group in enumerate(GROUPS):
            self._connection.executemany(
                f"INSERT INTO gram_{group} (rowid, text) VALUES (?, ?)",  # noqa: S608 - a name of our own
                ((number, as_grams(entry.bodies[at])) for number, entry in numbered if entry.bodies[at]),
            )
        for grp in DICTIONARY_GROUPS:
            self._words[grp].update(chain.from_iterable(dictionary_words(entry.bodies, grp) for entry in entries))
        self.done += len(entries)

    def finish(self) -> None:
        connection = self._connection
        connection.executemany("INSERT INTO term VALUES (?, ?)", ((number, value) for value, number in self._terms.items()))
        rows = sorted((grp, word, people) for grp, found in self._words.items() for word, people in found.items() if is_correctable(word))
        connection.executemany("INSERT INTO word (grp, word, people) VALUES (?, ?, ?)", rows)
        for group in GROUPS:
            connection.execute(f"INSERT INTO gram_{group} (gram_{group}) VALUES ('optimize')")  # noqa: S608 - a name of our own
        _configure(connection, hashsize=1_000_000, automerge=4)
        for group in GROUPS:
            count_grams(connection, group)
        create_indexes(connection)
        connection.execute("COMMIT")

    def _person(self, number: int, entry: Entry) -> tuple[object, ...]:
        terms = (self._term(value) for value in (entry.company, entry.owner, entry.segment, entry.state))
        return (number, entry.subject, entry.purposes, entry.activity, entry.name, *terms, entry.likeness, *entry.bodies)

    def _term(self, value: str | None) -> int | None:
        return None if value is None else self._terms.setdefault(value, len(self._terms) + 1)


def _configure(connection: sqlite3.Connection, **options: int) -> None:
    for group in GROUPS:
        for name, value in options.items():
            connection.execute(f"INSERT INTO gram_{group} (gram_{group}, rank) VALUES (?, ?)", (name, value))  # noqa: S608 - own names


def _batches(documents: Iterable[IndexDocument]) -> Iterator[list[IndexDocument]]:
    rest = iter(documents)
    while batch := list(islice(rest, _BATCH)):
        yield batch
