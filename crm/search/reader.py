"""Ask the index. Reads only, from any process of the host and any thread."""

import secrets
import threading
from collections.abc import Collection, Sequence
from dataclasses import replace

from crm.errors import InvalidInputError
from crm.search.connections import ReadingConnections
from crm.search.correction import Correction
from crm.search.document import SearchGroup
from crm.search.entry import Speller, as_key
from crm.search.feed import Position
from crm.search.hits import Hits, find_hits
from crm.search.normalise import query_words
from crm.search.place import IndexPlace
from crm.search.query import Page, Place, Query, is_one_bit, require_answerable
from crm.search.schema import needs_build, read_position
from crm.search.selection import Edge, Selection
from crm.search.token import make_token, read_token
from crm.search.vocabulary import Vocabulary

_FEW = 3  # hits, below which similar words are suggested


class IndexReader:
    """Answers questions with pseudonyms. What is shown of them, the caller opens, checks and decides."""

    def __init__(self, place: IndexPlace) -> None:
        self._place = place
        self._connections = ReadingConnections(place)
        self._looking_up = threading.Lock()
        self._vocabulary: tuple[str, Vocabulary] | None = None

    def close(self) -> None:
        """Give back the connections; a later question opens new ones."""
        self._connections.close()

    def is_ready(self) -> bool:
        """Say whether there is a usable index, without raising."""
        return not needs_build(self._place)

    def position(self) -> Position:
        """Return how far the feed is applied, to wait for a change of one's own."""
        with self._connections.reading() as (_, connection):
            return read_position(connection)

    def find_purposes(self, subject_ids: Collection[str]) -> dict[str, int]:
        """Return, of these people, who is in the index, with the bits of the purposes that may find them."""
        found: dict[str, int] = {}
        with self._connections.reading() as (_, connection):
            for subject_id in subject_ids:
                row = connection.execute("SELECT purposes FROM person WHERE subject = ?", (as_key(subject_id),)).fetchone()
                if row is not None:
                    found[subject_id] = row[0]
        return found

    def choose(self, *, at_most: int) -> list[str]:
        """Return everybody in the index, or as many in the order of their pseudonyms from a random place."""
        statement = "SELECT subject FROM person WHERE subject >= ? ORDER BY subject LIMIT ?"
        with self._connections.reading() as (_, connection):
            (count,) = connection.execute("SELECT count(*) FROM person").fetchone()
            start = secrets.token_bytes(16) if count > at_most else b""
            rows = connection.execute(statement, (start, at_most)).fetchall()
            if start and len(rows) < at_most:
                rows += connection.execute(statement, (b"", at_most - len(rows))).fetchall()
        return [subject.hex() for (subject,) in rows]

    def find(self, query: Query) -> Page:
        """Return one page of the people who match.

        Raises:
            InvalidInputError: the question is malformed, or its purpose may not ask it.
            IndexBuildingError: the index is not there yet.
        """
        require_answerable(query)
        asked = query_words(query.text)
        if query.text.strip() and not (asked and query.groups):
            return Page()
        with self._connections.reading() as (build, connection):
            selection = Selection.of(connection, query)
            if selection is None:
                return Page()
            return self._answer(query, asked, selection, build)

    def find_similar(
        self, first_name: str, last_name: str, postal_code: str, *, purpose: int, groups: Collection[SearchGroup], limit: int = 10
    ) -> tuple[str, ...]:
        """Return people who may be the same: names that sound alike and the same postcode; without one, the same name.

        Raises:
            InvalidInputError: the purpose may not see what is compared.
        """
        compared = {SearchGroup.IDENTITY, SearchGroup.ADDRESS} if postal_code.strip() else {SearchGroup.IDENTITY}
        if not (is_one_bit(purpose) and compared <= set(groups)):
            raise InvalidInputError(field="purpose")
        speller = Speller()
        likeness, name = speller.likeness(first_name, last_name, postal_code), speller.sort_name(first_name, last_name)
        condition, value = ("likeness", likeness) if likeness is not None else ("name", name)
        statement = f"SELECT subject FROM person WHERE {condition} = ? AND purposes & ? ORDER BY id LIMIT ?"  # noqa: S608 - own names
        with self._connections.reading() as (_, connection):
            return tuple(subject.hex() for (subject,) in connection.execute(statement, (value, purpose, limit)))

    def _answer(self, query: Query, asked: Sequence[str], selection: Selection, build: str) -> Page:
        searched: tuple[Place, ...] = tuple((word,) for word in asked)
        hits = find_hits(selection, searched)
        up_to = max(query.count_up_to + 1, _FEW)
        count = hits.count(up_to=up_to)
        corrected: tuple[str, ...] = ()
        suggested: tuple[str, ...] = ()
        if asked and count < _FEW:
            # Who finds a few people with exactly these words meant them.
            doubtful = [word for word in asked if not (count and hits.hold(word))]
            instead, similar = self._correction(selection, build).of(asked, doubtful)
            if count:
                suggested = similar
            elif similar:
                hits, searched, corrected = find_hits(selection, instead), instead, similar
                count = hits.count(up_to=up_to)
        return replace(
            _page(query, hits, selection),
            searched=searched,
            count=min(count, query.count_up_to),
            count_is_exact=count <= query.count_up_to,
            corrected=corrected if count else (),
            suggested=suggested,
        )

    def _correction(self, selection: Selection, build: str) -> Correction:
        with self._looking_up:
            if self._vocabulary is None or self._vocabulary[0] != build:
                self._vocabulary = (build, Vocabulary())
            self._vocabulary[1].sync(selection.connection)
            return Correction(selection, self._vocabulary[1])


def _page(query: Query, hits: Hits, selection: Selection) -> Page:
    edge = _edge(query, selection)
    rows = hits.fetch(edge, limit=query.limit + 1)
    is_more, rows = len(rows) > query.limit, rows[: query.limit]
    if edge.backwards:
        rows.reverse()
    subjects = [row.subject for row in rows]
    has_after, has_before = (edge.backwards or is_more), (is_more if edge.backwards else edge.row is not None)
    return Page(
        subject_ids=tuple(subject.hex() for subject in subjects),
        after=make_token(query.sort, subjects[::-1]) if subjects and has_after else None,
        before=make_token(query.sort, subjects) if subjects and has_before else None,
    )


def _edge(query: Query, selection: Selection) -> Edge:
    field, token = ("before", query.before) if query.before is not None else ("after", query.after)
    if token is None:
        return Edge()
    row = selection.find_row(read_token(token, sort=query.sort, field=field))
    if row is None:
        raise InvalidInputError(field=field)
    return Edge(row, backwards=field == "before")
