import secrets

import pytest

from crm.search import IndexBuilder, IndexDocument, IndexReader, IndexWriter, Position, Query, SearchGroup
from crm.search.process_memory import ProcessMemory
from crm.search.ram_folder import RamFolder

SALES, SERVICE = 1, 2
EVERYTHING = frozenset(SearchGroup)
START = Position()


class Index:
    """An index under test: build it, change it, ask it."""

    def __init__(self, place):
        self.place = place
        self.reader = IndexReader(place)

    def build(self, *documents, position=START):
        return IndexBuilder(self.place).build(documents, total=len(documents), position=position)

    def apply(self, **changes):
        with IndexWriter(self.place) as writer:
            writer.apply(**changes)

    def find(self, text="", *, purpose=SALES, groups=EVERYTHING, **more):
        return self.reader.find(Query(purpose=purpose, groups=groups, text=text, **more))

    def ids(self, text="", **more):
        return list(self.find(text, **more).subject_ids)


@pytest.fixture(params=["folder", "memory"])
def place(request, tmp_path):
    """Both kinds of place; a temporary folder does for the RAM file system."""
    if request.param == "folder":
        yield RamFolder(tmp_path / "index", installation_id="test")
        return
    place = ProcessMemory(f"test-{tmp_path.name}-{secrets.token_hex(4)}", installation_id="test")
    yield place
    place.discard()


@pytest.fixture
def folder(tmp_path):
    return RamFolder(tmp_path / "index", installation_id="test")


@pytest.fixture
def index(place):
    return Index(place)


@pytest.fixture
def person():
    """Make a document: `person("Hans Müller", purposes=…)`."""

    def make(name="", **facts):
        first, _, last = name.partition(" ")
        usual = {"purposes": SALES, "last_activity": 0, "subject_id": secrets.token_hex(16), "first_name": first, "last_name": last}
        return IndexDocument(**{**usual, **facts})

    return make
