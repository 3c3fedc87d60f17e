from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import InvalidInputError
from crm.search import SearchGroup, Sort
from crm.search.normalise import fold, matching, query_words, words

SALES, SERVICE = 1, 2
FIELDS = {
    SearchGroup.IDENTITY: {"last_name": "Quastenflosser"},
    SearchGroup.COMPANY: {"company_name": "Quastenflosser GmbH"},
    SearchGroup.EMAIL: {"emails": ("info@quastenflosser.de",)},
    SearchGroup.ADDRESS: {"city": "Quastenflosser"},
    SearchGroup.PHONE: {"phones": ("+49 30 7777777",)},
    SearchGroup.CUSTOM: {"custom": ((SALES, "Quastenflosser"),)},
}
TYPED = dict.fromkeys(SearchGroup, "quasten") | {SearchGroup.PHONE: "030 777"}
NAMES = st.text(st.sampled_from("abcdeghilmnorstuäöüßéÜŁ"), min_size=1, max_size=14)


class TestWords:
    @pytest.mark.parametrize("typed", ["Müller", "Mueller", "Muller", "müll", "ULLE", "h", "hä", "li", "hänsel müller", "müller hän"])
    def test_meet_in_all_spellings(self, index, person, typed):
        people = [person("Hänsel Müller"), person("Haensel Mueller"), person("Hansel Muller")]
        index.build(*people, person("Gretel Schmidt"))

        found = index.ids(typed)

        assert set(found) == ({each.subject_id for each in people} if typed != "li" else set())

    def test_of_two_letters_find_beginnings_only(self, index, person):
        li, lisa, ali = person("Wei Li"), person("Lisa Ott"), person("Ali Ott")
        index.build(li, lisa, ali)

        assert set(index.ids("li")) == {li.subject_id, lisa.subject_id}

    def test_that_only_share_trigrams_are_no_hit(self, index, person):
        index.build(person("a1b2c3 1b2c3d"))

        assert index.ids("a1b2c3d") == []
        assert index.find("a1b2c3d").count == 0

    def test_may_stand_in_different_groups(self, index, person):
        someone = person("Hans Ott", city="Köln", company_name="Werft AG", emails=("h@kai.example",), phones=("0221 4711",))
        index.build(someone, person("Hans Ott", city="Bonn"))

        assert index.ids("ott köln werft kai 4711") == [someone.subject_id]

    def test_that_are_only_signs_find_nobody_rather_than_everybody(self, index, person):
        index.build(person("Hans Ott"))

        assert index.ids("!? %") == []
        assert len(index.ids("  ")) == 1

    @pytest.mark.parametrize("typed", ['"', "' OR 1=1 --", "a* NEAR b", "{identity}: x", "-otto", "^x", "NOT AND OR", "a" * 5_000, "\x00"])
    def test_of_any_kind_are_no_syntax(self, index, person, typed):
        index.build(person("Hans Ott"))

        assert index.ids(typed) == []


class TestGroups:
    @pytest.mark.parametrize("stored", SearchGroup)
    def test_answer_only_when_they_are_allowed(self, index, person, stored):
        someone = person(**FIELDS[stored])
        index.build(someone, person("Hans Ott"))

        for asked in SearchGroup:
            found = index.ids(TYPED[stored], groups={asked}, sort=Sort.ACTIVITY)

            assert found == ([someone.subject_id] if asked is stored else [])

    @pytest.mark.parametrize("typed", ["quasten", "q", "qu", "Quastenflosser", "ott quasten", "zuch", "zuech", "züchter"])
    def test_of_custom_fields_answer_only_the_purposes_of_the_field(self, index, person, typed):
        someone = person("Hans Ott", purposes=SALES | SERVICE, custom=((SALES, "Quastenflosser Züchter"), (SERVICE, "Aale")))
        index.build(someone, person("Anna Ott", purposes=SALES | SERVICE))

        assert index.ids(typed, purpose=SALES) == [someone.subject_id]
        for_service = index.find(typed, purpose=SERVICE)
        assert (for_service.subject_ids, for_service.count, for_service.corrected, for_service.suggested) == ((), 0, (), ())

    def test_of_a_custom_field_with_two_purposes_answer_both(self, index, person):
        someone = person("Hans Ott", purposes=SALES | SERVICE, custom=((SALES | SERVICE, "Aale"),))
        index.build(someone)

        assert index.ids("aale", purpose=SALES) == index.ids("aale", purpose=SERVICE) == [someone.subject_id]

    def test_of_custom_fields_follow_changes(self, index, person):
        someone = person("Hans Ott", purposes=SALES | SERVICE, custom=((SALES, "Aale"),))
        index.build(someone)

        index.apply(changed=[replace(someone, custom=((SERVICE, "Barsche"),))])

        assert index.ids("aale", purpose=SALES) == index.ids("barsche", purpose=SALES) == []
        assert index.ids("barsche", purpose=SERVICE) == [someone.subject_id]

    def test_of_custom_fields_cannot_be_asked_for_another_purpose_by_typing_its_mark(self, index, person):
        index.build(person("Hans Ott", purposes=SALES | SERVICE, custom=((SALES, "Aale"),)))

        assert [index.ids(typed, purpose=SERVICE) for typed in ("AAaale", " AAaale", "AA", "aaaale")] == [[], [], [], []]

    def test_that_are_not_allowed_do_not_correct_typing_errors_either(self, index, person):
        index.build(person("Hans Ott", company_name="Quastenflosser GmbH"))

        page = index.find("quastenflosesr", groups={SearchGroup.IDENTITY})

        assert (page.subject_ids, page.corrected, page.suggested) == ((), (), ())

    @given(name=NAMES, data=st.data())
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_find_every_part_of_a_name_where_allowed_and_never_where_not(self, index, person, name, data):
        start = data.draw(st.integers(0, max(len(name) - 3, 0)))
        part = name[start : data.draw(st.integers(min(start + 3, len(name)), len(name)))]
        someone = person(f"Xaver {name}", company_name="Zeche")
        index.build(someone, person("Hans Ott"))

        where_allowed = index.ids(part, groups={SearchGroup.IDENTITY, SearchGroup.EMAIL})
        where_not = index.ids(part, groups={SearchGroup.EMAIL, SearchGroup.ADDRESS, SearchGroup.PHONE}, sort=Sort.ACTIVITY)

        assert where_not == []
        if len("".join(words(part))) >= 3:
            assert someone.subject_id in where_allowed

    @given(names=st.lists(NAMES, min_size=1, max_size=6), typed=st.text(st.sampled_from("abdeilmnorstuäü "), min_size=1, max_size=6))
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_answer_as_the_last_check_of_the_caller_does(self, index, person, names, typed):
        people = [person(f"Xaver {name}") for name in names]
        index.build(*people)

        page = index.find(typed)

        expected = {each.subject_id for each in people if matching(page.searched)([each.first_name, each.last_name])}
        assert set(page.subject_ids) == expected
        assert page.count == len(expected)
        if not query_words(typed):
            assert len(expected) in {0, len(people)}


class TestPurposes:
    def test_see_only_their_people_in_every_kind_of_question(self, index, person):
        facts = {"company_id": "c" * 32, "owner_id": "0" * 32, "segment": "A", "state": "x", "postal_code": "50667"}
        mine, both = person("Hans Meier", **facts), person("Hans Meier", purposes=SALES | SERVICE, **facts)
        index.build(mine, both, person("Hans Meier", purposes=0, **facts))
        questions = [
            {},
            {"text": "meier"},
            {"text": "m"},
            {"text": "maier"},  # corrected
            {"company_id": "c" * 32},
            {"owner_id": "0" * 32},
            {"segment": "A"},
            {"state": "x"},
            {"sort": Sort.ACTIVITY_DESCENDING},
            {"text": "hans", "owner_id": "0" * 32, "sort": Sort.ACTIVITY},
        ]

        for question in questions:
            assert set(index.ids(**question)) == {mine.subject_id, both.subject_id}
            assert index.find(**question).count == 2
            assert index.ids(**question, purpose=SERVICE) == [both.subject_id]
            assert index.find(**question, purpose=4).count == 0
            assert index.ids(**question, purpose=4) == []

    def test_learn_no_word_of_people_they_do_not_see(self, index, person):
        index.build(person("Hans Quastenflosser", purposes=SERVICE), person("Hans Quaste"))

        page = index.find("quastenfloser")

        assert (page.subject_ids, page.corrected, page.suggested) == ((), (), ())

    @pytest.mark.parametrize("purpose", [0, -1, 3, 1 << 63])
    def test_are_one_bit(self, index, person, purpose):
        index.build(person("Hans Ott"))

        with pytest.raises(InvalidInputError) as error:
            index.find(purpose=purpose)

        assert error.value.field == "purpose"


class TestRefusals:
    """What may not be seen may not be sorted or filtered by."""

    @pytest.mark.parametrize(
        ("field", "question"),
        [
            ("sort", {"groups": {SearchGroup.EMAIL}}),
            ("sort", {"groups": set(SearchGroup) - {SearchGroup.IDENTITY}, "sort": Sort.NAME_DESCENDING}),
            ("company_id", {"groups": {SearchGroup.IDENTITY}, "company_id": "c" * 32}),
            ("limit", {"limit": 0}),
            ("limit", {"limit": 1_001}),
            ("count_up_to", {"count_up_to": -1}),
            ("before", {"after": "x", "before": "x"}),
            ("after", {"after": "x"}),
            ("before", {"before": ""}),
        ],
    )
    def test_name_the_part_that_is_wrong(self, index, person, field, question):
        index.build(person("Hans Ott"))

        with pytest.raises(InvalidInputError) as error:
            index.find(**question)

        assert error.value.field == field


class TestTypingErrors:
    @pytest.mark.parametrize(
        ("typed", "corrected"),
        [
            ("schmit", "schmidt"),
            ("Shcmidt", "schmidt"),
            ("Schmiddtt", "schmidt"),
            ("Zchmidt", "schmidt"),
            ("Aschmidt", "schmidt"),
            ("Cshmidt", "schmidt"),
            ("Schmidz", "schmidt"),
            ("Hambrug", "hamburg"),
            ("wreft", "werft"),
        ],
    )
    def test_are_corrected_when_nothing_is_found(self, index, person, typed, corrected):
        someone = person("Hans Schmidt", city="Hamburg", company_name="Werft AG")
        index.build(someone, person("Ida Ott"))

        page = index.find(f"hans {typed}x" if typed == "schmit" else typed)

        assert page.subject_ids == (someone.subject_id,)
        assert page.corrected == (corrected,)
        assert matching(page.searched)(["Hans", "Schmidt", "Hamburg", "Werft AG"])

    def test_keep_the_words_that_were_right(self, index, person):
        someone = person("Hans Schmidt")
        index.build(someone, person("Ida Schmidt"), person("Hans Ott"))

        assert index.ids("hans schmdit") == [someone.subject_id]

    def test_are_only_suggested_when_little_is_found(self, index, person):
        meiersen = person("Hans Meiersen")
        index.build(meiersen, person("Ida Meyer"), person("Udo Meyer"))

        page = index.find("meier")

        assert page.subject_ids == (meiersen.subject_id,)
        assert (page.corrected, page.suggested) == ((), ("meyer",))

    def test_are_not_suspected_where_somebody_has_exactly_these_words(self, index, person):
        meier = person("Hans Meier")
        index.build(meier, person("Hans Meyer"))

        page = index.find("hans meier")

        assert page.subject_ids == (meier.subject_id,)
        assert (page.corrected, page.suggested) == ((), ())

    def test_find_nobody_who_left(self, index, person):
        someone = person("Hans Schmidt")
        index.build(someone, person("Ida Ott"))
        assert index.ids("schmitd") == [someone.subject_id]

        index.apply(gone=[someone.subject_id])

        page = index.find("schmitd")
        assert (page.subject_ids, page.corrected) == ((), ())

    def test_are_corrected_to_words_that_came_later(self, index, person):
        index.build(person("Ida Ott"))
        assert index.ids("schmitd") == []
        someone = person("Hans Schmidt")

        index.apply(changed=[someone])

        assert index.ids("schmitd") == [someone.subject_id]


class TestFilters:
    def test_combine(self, index, person):
        facts = [("a", "A", "c"), ("a", "B", "c"), ("b", "A", "c"), ("a", "A", "d"), (None, None, None)]
        people = {
            fact: person("Hans Ott", owner_id=fact[0], segment=fact[1], company_id=fact[2], state="active" if fact[0] else None)
            for fact in facts
        }
        index.build(*people.values())

        assert index.ids(owner_id="a", segment="A", company_id="c", text="hans") == [people["a", "A", "c"].subject_id]
        assert set(index.ids(segment="A")) == {people[fact].subject_id for fact in facts if fact[1] == "A"}
        assert len(index.ids(state="active")) == 4
        assert index.find(state="active").count == 4
        assert index.ids(owner_id="nobody") == []


class TestFindSimilar:
    def test_meets_names_that_sound_alike_at_the_same_postcode(self, index, person):
        meyer = person("Stephan Meyer", postal_code="50667")
        index.build(meyer, person("Stephan Meyer", postal_code="10115"), person("Ida Meyer", postal_code="50667"))

        found = index.reader.find_similar("Stefan", "Maier", "50667", purpose=SALES, groups=set(SearchGroup))

        assert found == (meyer.subject_id,)

    def test_wants_the_same_name_without_a_postcode(self, index, person):
        meyer = person("Stefan Müller")
        index.build(meyer, person("Stephan Mueller"))

        found = index.reader.find_similar("stefan", "Mueller", "", purpose=SALES, groups={SearchGroup.IDENTITY})

        assert found == (meyer.subject_id,)

    def test_answers_for_the_purpose_only(self, index, person):
        index.build(person("Stefan Meyer", postal_code="50667", purposes=SERVICE))

        assert index.reader.find_similar("Stefan", "Meyer", "50667", purpose=SALES, groups=set(SearchGroup)) == ()

    @pytest.mark.parametrize("groups", [set(), {SearchGroup.IDENTITY}, {SearchGroup.ADDRESS}])
    def test_is_refused_where_name_or_address_may_not_be_seen(self, index, person, groups):
        index.build(person("Stefan Meyer", postal_code="50667"))

        with pytest.raises(InvalidInputError):
            index.reader.find_similar("Stefan", "Meyer", "50667", purpose=SALES, groups=groups)


def test_names_are_sorted_as_in_a_phone_book(index, person):
    names = ["Ida Zander", "Ida Öhler", "Ida Oehler", "Ida Ott", "Änne Adam", "Ada Adam", "Bo Adam"]
    people = {name: person(name) for name in names}
    index.build(*people.values())

    found = index.ids()

    assert [fold(name) for name in ("Ada Adam", "Änne Adam", "Bo Adam")] == [fold(_name_of(people, each)) for each in found[:3]]
    assert {_name_of(people, each) for each in found[3:5]} == {"Ida Öhler", "Ida Oehler"}
    assert index.ids(sort=Sort.NAME_DESCENDING) == found[::-1]


def _name_of(people, subject_id):
    return next(name for name, each in people.items() if each.subject_id == subject_id)
