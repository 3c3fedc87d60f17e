"""The tables of the index, and how to tell whether one can be used.

One table of trigrams per group, not one with five columns: a question never touches the groups its purpose
does not allow, and the postings need neither columns nor positions (21 MB instead of 84 for 200 000 people).
They hold no text and must be given the old text to forget a row, so `person` keeps it; candidates are also checked
against it, because trigrams found are not yet a word found.
"""

import sqlite3

from crm.search.document import SearchGroup
from crm.search.feed import Position
from crm.search.normalise import TRIGRAM
from crm.search.place import IndexPlace

FORMAT = "3"
GROUPS: tuple[SearchGroup, ...] = tuple(SearchGroup)
TEXTS: tuple[str, ...] = tuple(f"text_{group}" for group in GROUPS)
# What every question asks comes first, and the long texts last: SQLite reads a row only as far as it needs.
COLUMNS = ("subject", "purposes", "activity", "name", "company", "owner", "segment", "state", "likeness", *TEXTS)

_TABLES = (
    "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Ids of companies and owners are long and repeat: people refer to them by number.
    "CREATE TABLE term (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE)",
    f"""CREATE TABLE person (
        id INTEGER PRIMARY KEY, subject BLOB NOT NULL, purposes INTEGER NOT NULL, activity INTEGER NOT NULL, name TEXT NOT NULL,
        company INTEGER, owner INTEGER, segment INTEGER, state INTEGER, likeness INTEGER,
        {", ".join(f"{text} TEXT NOT NULL" for text in TEXTS)})""",
    *(
        f"CREATE VIRTUAL TABLE gram_{group} USING fts5(text, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1')"
        for group in GROUPS
    ),
    # Distinct words with the number of people who have them, to correct typing errors.
    """CREATE TABLE word (
        id INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER NOT NULL, word TEXT NOT NULL, people INTEGER NOT NULL,
        UNIQUE (grp, word))""",
    "CREATE TABLE word_gone (seq INTEGER PRIMARY KEY AUTOINCREMENT, word INTEGER NOT NULL)",
    # In how many texts a trigram occurred when the index was built: a hint which ones to look up first.
    "CREATE TABLE gram (grp INTEGER, gram TEXT, people INTEGER NOT NULL, PRIMARY KEY (grp, gram)) WITHOUT ROWID",
    # How many people there are per set of purposes, to choose between two ways to a list.
    "CREATE TABLE standing (purposes INTEGER PRIMARY KEY, people INTEGER NOT NULL)",
)

_COUNT_UP = "INSERT INTO standing VALUES (new.purposes, 1) ON CONFLICT (purposes) DO UPDATE SET people = people + 1"
_COUNT_DOWN = "UPDATE standing SET people = people - 1 WHERE purposes = old.purposes"
_INDEXES = (
    "CREATE UNIQUE INDEX person_subject ON person (subject)",
    "CREATE INDEX person_name ON person (name)",
    "CREATE INDEX person_activity ON person (activity)",
    "CREATE INDEX person_company ON person (company) WHERE company IS NOT NULL",
    "CREATE INDEX person_owner_activity ON person (owner, activity) WHERE owner IS NOT NULL",
    "CREATE INDEX person_segment_activity ON person (segment, activity) WHERE segment IS NOT NULL",
    "CREATE INDEX person_purposes ON person (purposes)",
    "CREATE INDEX person_likeness ON person (likeness) WHERE likeness IS NOT NULL",
    "INSERT INTO standing SELECT purposes, count(*) FROM person GROUP BY purposes",
    f"CREATE TRIGGER person_added AFTER INSERT ON person BEGIN {_COUNT_UP}; END",
    f"CREATE TRIGGER person_removed AFTER DELETE ON person BEGIN {_COUNT_DOWN}; END",
    f"CREATE TRIGGER person_moved AFTER UPDATE OF purposes ON person BEGIN {_COUNT_DOWN}; {_COUNT_UP}; END",
)


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the empty tables, without the indexes that would slow a build down."""
    for statement in _TABLES:
        connection.execute(statement)


def create_indexes(connection: sqlite3.Connection) -> None:
    """Create what follows from the rows, once they are all there."""
    for statement in _INDEXES:
        connection.execute(statement)


def count_grams(connection: sqlite3.Connection, group: SearchGroup) -> None:
    """Note how frequent each trigram of `group` is."""
    grp = GROUPS.index(group)
    connection.execute("DELETE FROM gram WHERE grp = ?", (grp,))
    connection.execute(f"CREATE VIRTUAL TABLE temp.spread USING fts5vocab(main, gram_{group}, row)")
    connection.execute("INSERT INTO gram SELECT ?, term, doc FROM temp.spread", (grp,))
    connection.execute("DROP TABLE temp.spread")


def write_facts(connection: sqlite3.Connection, *, installation_id: str, position: Position) -> None:
    """Sign a finished build; one without these facts is never used."""
    facts = {"format": FORMAT, "installation": installation_id}
    connection.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", facts.items())
    write_position(connection, position)


def write_position(connection: sqlite3.Connection, position: Position) -> None:
    """Note how far the feed is applied, in the transaction that applies it."""
    connection.execute("INSERT OR REPLACE INTO fact VALUES ('position', ?)", (f"{position.xid} {position.id}",))


def read_position(connection: sqlite3.Connection) -> Position:
    """Return how far the feed is applied."""
    (text,) = connection.execute("SELECT value FROM fact WHERE name = 'position'").fetchone()
    xid, change = text.split()
    return Position(int(xid), int(change))


def is_ours(connection: sqlite3.Connection, *, installation_id: str) -> bool:
    """Say whether this is a finished build of this format and installation."""
    try:
        facts = dict(connection.execute("SELECT name, value FROM fact"))
    except sqlite3.DatabaseError:
        return False
    return (facts.get("format"), facts.get("installation")) == (FORMAT, installation_id) and "position" in facts


def needs_build(place: IndexPlace) -> bool:
    """Say whether the host has no usable index: none, or one that is foreign, damaged or of another format."""
    build = place.current()
    if build is None:
        return True
    try:
        connection = place.connect_reading(build)
    except sqlite3.DatabaseError:
        return True
    try:
        return not is_ours(connection, installation_id=place.installation_id)
    finally:
        connection.close()


def as_grams(body: str) -> str:
    """Return a searchable text as it is cut into trigrams.

    Two spaces before each word make its first letter, and its first two, trigrams of their own: so one or
    two letters find the beginnings of words without a table for them.
    """
    return body.replace(" ", "  ")


def grams(text: str) -> list[str]:
    """Return the trigrams of a part of a searchable text, without the one that the next one implies at the beginning of a word."""
    spaced = as_grams(text)
    if len(spaced) > TRIGRAM and spaced.startswith("  "):
        spaced = spaced[1:]
    return list(dict.fromkeys(spaced[i : i + TRIGRAM] for i in range(len(spaced) - TRIGRAM + 1)))
