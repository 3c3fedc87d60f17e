"""Keep a finished index current. One process per host writes: the worker."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from crm.search.document import IndexDocument, SearchGroup
from crm.search.entry import DICTIONARY_GROUPS, Entry, Speller, as_key, dictionary_words, is_correctable
from crm.search.errors import IndexBuildingError
from crm.search.feed import Position
from crm.search.place import IndexPlace, explaining_lack_of_room
from crm.search.schema import COLUMNS, GROUPS, TEXTS, as_grams, count_grams, needs_build, read_position, write_position

_WAL_PAGES = 1_000
_ROOM_TO_CHANGE = 16_000_000


class IndexWriter:
    """Applies changes to the index of this host; holds the right to write from `open` to `close`.

    Forgetting: pages of removed rows are overwritten (`secure_delete`), and removed people leave the
    write-ahead log with the batch. Their trigrams stay in older segments of FTS5 until segments are merged,
    so `sweep` merges all of them; the worker calls it when it is idle, at least every few minutes.
    """

    def __init__(self, place: IndexPlace) -> None:
        """Open the index of this host for writing.

        Raises:
            IndexBusyError: another process of this host writes.
            IndexBuildingError: there is nothing usable to write to; build first.
        """
        self._place = place
        self._lock = place.lock()
        try:
            self._connection = _connect(place)
        except BaseException:
            self._lock.release()
            raise
        # What an earlier worker left unmerged is not known.
        self._unswept: set[SearchGroup] = set(GROUPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back the index and the right to write it."""
        self._connection.close()
        self._lock.release()

    @property
    def position(self) -> Position:
        """How far the feed is applied; kept in the index itself, so it can neither run ahead nor fall behind."""
        return read_position(self._connection)

    def apply(self, *, changed: Iterable[IndexDocument] = (), gone: Collection[str] = (), position: Position | None = None) -> None:
        """Bring people up to date and forget those who are gone, in one step with the position.

        Applying a batch twice has the effect of once. Whoever is in both is gone.
        """
        speller = Speller()
        entries = {entry.subject: entry for entry in map(speller.entry, changed)}
        leaving = [as_key(subject_id) for subject_id in gone]
        for subject in leaving:
            entries.pop(subject, None)
        with explaining_lack_of_room(self._place, needed=_ROOM_TO_CHANGE), _transaction(self._connection):
            batch = _Batch(self._connection)
            for subject in leaving:
                batch.remove(subject)
            for entry in entries.values():
                batch.put(entry)
            batch.count_words()
            if position is not None:
                write_position(self._connection, position)
        self._unswept |= batch.touched
        if batch.touched:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def sweep(self) -> bool:
        """Merge away the trigrams of text that was removed; return whether there was any."""
        if not self._unswept:
            return False
        for group in self._unswept:
            with _transaction(self._connection):
                self._connection.execute(f"INSERT INTO gram_{group} (gram_{group}) VALUES ('optimize')")  # noqa: S608 - a name of our own
                count_grams(self._connection, group)
        self._unswept.clear()
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True


class _Batch:
    """One transaction of changes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.touched: set[SearchGroup] = set()
        self._connection = connection
        self._words: Counter[tuple[int, str]] = Counter()

    def remove(self, subject: bytes) -> None:
        number, old = self._find(subject)
        if number is None:
            return
        self._regram(number, old, [""] * len(GROUPS))
        self._connection.execute("DELETE FROM person WHERE id = ?", (number,))

    def put(self, entry: Entry) -> None:
        number, old = self._find(entry.subject)
        terms = [self._term(value) for value in (entry.company, entry.owner, entry.segment, entry.state)]
        row = (entry.subject, entry.purposes, entry.activity, entry.name, *terms, entry.likeness, *entry.bodies)
        if number is None:
            number = self._insert(row)
        else:
            marks = ", ".join("?" * len(COLUMNS))
            self._connection.execute(f"UPDATE person SET ({', '.join(COLUMNS)}) = ({marks}) WHERE id = ?", (*row, number))  # noqa: S608 - own names
        if tuple(old) != entry.bodies:
            self._regram(number, old, entry.bodies)

    def count_words(self) -> None:
        """Bring the dictionary up to date; a word that nobody has any more leaves it."""
        for (grp, word), people in self._words.items():
            if people > 0:
                self._connection.execute(
                    "INSERT INTO word (grp, word, people) VALUES (?, ?, ?)"
                    " ON CONFLICT (grp, word) DO UPDATE SET people = people + excluded.people",
                    (grp, word, people),
                )
            elif people < 0:
                self._connection.execute("UPDATE word SET people = people + ? WHERE grp = ? AND word = ?", (people, grp, word))
                self._drop_unused(grp, word)

    def _drop_unused(self, grp: int, word: str) -> None:
        unused = "FROM word WHERE grp = ? AND word = ? AND people <= 0"
        self._connection.execute(f"INSERT INTO word_gone (word) SELECT id {unused}", (grp, word))
        self._connection.execute(f"DELETE {unused}", (grp, word))

    def _find(self, subject: bytes) -> tuple[int | None, Sequence[str]]:
        statement = f"SELECT id, {', '.join(TEXTS)} FROM person WHERE subject = ?"  # noqa: S608 - own names
        row = self._connection.execute(statement, (subject,)).fetchone()
        return (row[0], row[1:]) if row else (None, [""] * len(GROUPS))

    def _insert(self, row: tuple[object, ...]) -> int:
        marks = ", ".join("?" * len(row))
        cursor = self._connection.execute(f"INSERT INTO person VALUES (NULL, {marks})", row)  # noqa: S608 - question marks
        if cursor.lastrowid is None:
            raise sqlite3.InternalError("no id for a new person")
        return cursor.lastrowid

    def _regram(self, number: int, old: Sequence[str], new: Sequence[str]) -> None:
        for group, before, after in zip(GROUPS, old, new, strict=True):
            if before == after:
                continue
            if before:
                self.touched.add(group)
                self._connection.execute(
                    f"INSERT INTO gram_{group} (gram_{group}, rowid, text) VALUES ('delete', ?, ?)",  # noqa: S608 - a name of our own
                    (number, as_grams(before)),
                )
            if after:
                self._connection.execute(f"INSERT INTO gram_{group} (rowid, text) VALUES (?, ?)", (number, as_grams(after)))  # noqa: S608 - a name of our own
        for grp in DICTIONARY_GROUPS:
            before_words, after_words = dictionary_words(old, grp), dictionary_words(new, grp)
            self._words.update({(grp, word): 1 for word in after_words - before_words if is_correctable(word)})
            self._words.update({(grp, word): -1 for word in before_words - after_words if is_correctable(word)})

    def _term(self, value: str | None) -> int | None:
        if value is None:
            return None
        self._connection.execute("INSERT OR IGNORE INTO term (value) VALUES (?)", (value,))
        number: int = self._connection.execute("SELECT id FROM term WHERE value = ?", (value,)).fetchone()[0]
        return number


def _connect(place: IndexPlace) -> sqlite3.Connection:
    build = place.current()
    if build is None or needs_build(place):
        raise IndexBuildingError(percent=place.percent())
    connection = place.connect(build)
    connection.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
    return connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
