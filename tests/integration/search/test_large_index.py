"""Questions that take another way once many people are indexed: the answers stay the same."""

import random

import pytest

from crm.search import IndexDocument, Sort
from crm.search.hits import Noted, Walked
from crm.search.normalise import matching
from crm.search.ram_folder import RamFolder
from tests.integration.search.conftest import Index

pytestmark = pytest.mark.slow

PEOPLE = 9_000
SALES, SERVICE, RARE = 1, 2, 4
QUESTIONS = [
    {"text": "ott"},
    {"text": "m"},
    {"text": "mü"},
    {"text": "gmbh"},
    {"text": "ida gmbh"},
    {"text": "z gmbh", "sort": Sort.NAME_DESCENDING},
    {"text": "zz"},  # all at the other end of the list
    {"text": "gmbh", "segment": "A"},
    {"text": "gmbh", "owner_id": "owner 3", "sort": Sort.ACTIVITY_DESCENDING},
    {"text": "gmbh", "purpose": RARE},
    {"segment": "A"},
    {"segment": "B", "sort": Sort.ACTIVITY},
    {"owner_id": "owner 3"},
    {"purpose": RARE},
    {"purpose": SERVICE, "sort": Sort.ACTIVITY_DESCENDING},
    {"text": "gmbh", "state": "none"},
]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    place = RamFolder(tmp_path_factory.mktemp("large") / "index", installation_id="test")
    index = Index(place)
    index.people = _invent()
    index.build(*index.people)
    return index


def _invent():
    chance = random.Random(7)
    return [
        IndexDocument(
            subject_id=f"{chance.getrandbits(128):032x}",
            purposes=chance.choice((SALES, SALES | SERVICE)) | (RARE if number % 500 == 0 else 0),
            last_activity=chance.randrange(500),
            first_name=chance.choice(("Ida", "Udo", "Max", "Eva")),
            last_name="Zzander" if number % 3 == 0 else chance.choice(("Ott", "Müller", "Adam", "Meier", "Berg")),
            company_name=chance.choice(("Werft GmbH", "Zeche GmbH", "Kai AG")),
            owner_id=f"owner {chance.randrange(5)}",
            segment=chance.choice(("A", "A", "A", "B", None)),
            state="none" if number == 77 else "active",
        )
        for number in range(PEOPLE)
    ]


def _expected(large, *, text="", purpose=SALES, sort=Sort.NAME, **filters):
    searched = [(word,) for word in text.replace("ü", "ue").split()]
    return {
        each.subject_id
        for each in large.people
        if each.purposes & purpose
        and all(getattr(each, name) == value for name, value in filters.items())
        and matching(searched)([each.first_name, each.last_name, each.company_name])
    }


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_finds_and_counts_everybody_once(large, question):
    expected = _expected(large, **question)

    pages = [large.find(limit=700, count_up_to=PEOPLE, **question)]
    while pages[-1].after:
        pages.append(large.find(limit=700, count_up_to=PEOPLE, after=pages[-1].after, **question))

    found = [subject_id for page in pages for subject_id in page.subject_ids]
    assert len(found) == len(expected)
    assert set(found) == expected
    assert {page.count for page in pages} == {len(expected)}


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_counts_up_to_a_bound(large, question):
    page = large.find(limit=5, count_up_to=20, **question)

    assert page.count == min(20, len(_expected(large, **question)))
    assert page.count_is_exact == (len(_expected(large, **question)) <= 20)


def test_the_questions_take_all_ways(large, monkeypatch):
    taken = set()

    def watch(owner, name):
        original = getattr(owner, name)

        def watched(self, *arguments, **more):
            found = original(self, *arguments, **more)
            taken.add((owner.__name__, name, bool(self._asked.candidates) if owner is Walked else True))
            return found

        monkeypatch.setattr(owner, name, watched)

    watch(Noted, "fetch")
    watch(Walked, "_walk")

    for question in QUESTIONS:
        large.find(limit=5, **question)

    assert taken == {("Walked", "_walk", False), ("Walked", "_walk", True), ("Noted", "fetch", True)}


def test_a_walk_that_finds_nothing_for_long_is_given_up(large, monkeypatch):
    monkeypatch.setattr("crm.search.hits._SHORTEST_STEP", 1)
    monkeypatch.setattr("crm.search.hits._bound", lambda _people: 1)

    for question in QUESTIONS:
        page = large.find(limit=1_000, count_up_to=PEOPLE, **question)

        assert page.count == len(_expected(large, **question))
        assert set(page.subject_ids) <= _expected(large, **question)
        assert len(page.subject_ids) == min(1_000, page.count)
