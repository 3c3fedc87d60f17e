import dataclasses
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import InvalidInputError
from crm.search import Sort

SALES, SERVICE = 1, 2


def forwards(index, *, limit, **question):
    """All pages from the first to the last."""
    pages = [index.find(limit=limit, **question)]
    while pages[-1].after:
        pages.append(index.find(limit=limit, after=pages[-1].after, **question))
    return pages


def backwards(index, last, *, limit, **question):
    """All pages from `last` to the first, in the order of the list."""
    pages = [last]
    while pages[0].before:
        pages.insert(0, index.find(limit=limit, before=pages[0].before, **question))
    return pages


def ids(pages):
    return [subject_id for page in pages for subject_id in page.subject_ids]


@given(
    names=st.lists(st.sampled_from(["Ida Ott", "Ida Ott", "Udo Ott", "Ada Zander"]), min_size=1, max_size=30),
    activity=st.integers(1, 4),
    limit=st.integers(1, 8),
    sort=st.sampled_from(Sort),
    text=st.sampled_from(["", "ott", "o", "ida ott"]),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_show_everybody_exactly_once_in_both_directions_even_with_equal_sort_keys(index, person, names, activity, limit, sort, text):
    people = [person(name, last_activity=at % activity) for at, name in enumerate(names)]
    index.build(*people)
    expected = {each.subject_id for each in people if all(word in f"{each.first_name} {each.last_name}".lower() for word in text.split())}

    pages = forwards(index, limit=limit, sort=sort, text=text)

    seen = ids(pages)
    assert sorted(seen) == sorted(expected)
    assert {page.count for page in pages} == {len(expected)}
    assert pages[0].before is None
    assert ids(backwards(index, pages[-1], limit=limit, sort=sort, text=text)) == seen


@pytest.mark.parametrize("question", [{}, {"owner_id": "a"}, {"segment": "x"}, {"text": "ott"}, {"text": "o", "owner_id": "a"}])
@pytest.mark.parametrize("sort", Sort)
def test_pages_are_in_order(index, person, question, sort):
    chance = random.Random(1)
    people = [person(f"{chance.choice('abc')}a Ott", last_activity=chance.randrange(5), owner_id="a", segment="x") for _ in range(40)]
    by_id = {each.subject_id: each for each in people}
    index.build(*people)

    seen = [by_id[each] for each in ids(forwards(index, limit=7, sort=sort, **question))]

    keys = [each.first_name if sort.column == "name" else each.last_activity for each in seen]
    assert keys == sorted(keys, reverse=sort.descending)
    assert len(seen) == 40


def test_the_place_is_kept_when_the_person_at_the_edge_is_erased(index, person):
    people = [person(f"Ida {letter}tt") for letter in "abcdefghij"]
    index.build(*people)
    page = index.find(limit=4)

    index.apply(gone=[people[3].subject_id, people[2].subject_id])

    assert ids([index.find(limit=4, after=page.after)]) == [each.subject_id for each in people[4:8]]


def test_a_place_that_is_gone_altogether_is_said_so(index, person):
    people = [person(f"Ida {letter}tt") for letter in "abcdefghij"]
    index.build(*people)
    page = index.find(limit=4)
    index.apply(gone=[each.subject_id for each in people[:4]])

    with pytest.raises(InvalidInputError) as error:
        index.find(limit=4, after=page.after)

    assert error.value.field == "after"


def test_nobody_learns_the_place_of_a_person_they_may_not_see(index, person):
    hidden = [person(f"Ida {letter}tt", purposes=SERVICE) for letter in "abc"]
    index.build(*hidden, person("Ida Ott"), person("Ida Zander"))
    token = index.find(limit=2, purpose=SERVICE).after

    with pytest.raises(InvalidInputError):
        index.find(limit=2, after=token, purpose=SALES)


def test_a_token_holds_no_name(index, person):
    index.build(person("Ida Quastenflosser"), person("Udo Zander"))

    token = index.find(limit=1).after

    assert "quast" not in token.lower()
    assert len(token) < 80


def test_people_who_come_in_between_are_met_and_nobody_twice(index, person):
    people = [person(f"Ida {letter}tt") for letter in "abcdefgh"]
    index.build(*people)
    first = index.find(limit=4)
    before, after = person("Ida Aaa"), person("Ida Ftu")

    index.apply(changed=[before, after, dataclasses.replace(people[6], city="Köln")])

    assert ids([index.find(limit=10, after=first.after)]) == [each.subject_id for each in (*people[4:6], after, *people[6:])]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_the_count_is_bounded_and_says_so(index, person, number):
    index.build(*(person("Ida Ott") for _ in range(number)))

    for text in ("", "ott", "o"):
        page = index.find(text, count_up_to=3)

        assert (page.count, page.count_is_exact) == (min(number, 3), number <= 3)
