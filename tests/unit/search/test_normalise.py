import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.search.normalise import MAX_WORDS, bare, fold, matching, needles, phone_digits, query_words, searchable, words

NAMES = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzäöüßéÄÖÜŁłøñçàêŠğ"), min_size=1, max_size=20)


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Müller", ["mueller"]),
            ("Mu\u0308ller", ["mueller"]),  # the dots as a mark of their own
            ("MÜLLER", ["mueller"]),
            ("Groß Straße", ["gross", "strasse"]),
            ("ẞ", ["ss"]),
            ("O'Brien O’Brien", ["obrien", "obrien"]),
            ("Hans-Peter", ["hans", "peter"]),
            ("Łukasz Nuñez Søren", ["lukasz", "nunez", "soeren"]),
            ("Ağaoğlu İpek", ["agaoglu", "ipek"]),
            ("ﬁrma ２４", ["firma", "24"]),
            ("hans.mueller@firma.de", ["hans", "mueller", "firma", "de"]),
            ("  -- !! ", []),
        ],
    )
    def test_have_one_spelling(self, text, expected):
        found = words(text)

        assert found == expected

    @given(st.text())
    def test_are_spelled_the_same_when_spelled_again(self, text):
        once = fold(text)

        assert fold(once) == once

    @given(st.text())
    def test_are_made_of_letters_and_digits_only(self, text):
        assert all(word.isalnum() for word in words(text))


class TestBare:
    @pytest.mark.parametrize(("word", "expected"), [("mueller", "muller"), ("goethe", "gothe"), ("kaese", "kase"), ("muller", "muller")])
    def test_leaves_the_vowel(self, word, expected):
        assert bare(word) == expected

    @pytest.mark.parametrize("word", ["bauer", "neuer", "quelle", "meyer"])
    def test_leaves_words_alone_whose_letters_are_no_umlaut(self, word):
        assert bare(word) == word


class TestMatches:
    @pytest.mark.parametrize("stored", ["Müller", "Mueller", "Muller"])
    @pytest.mark.parametrize("typed", ["Müller", "Mueller", "Muller", "MÜLLER", "müll", "mull"])
    def test_lets_the_spellings_meet(self, stored, typed):
        assert matching(query_words(typed))([stored])

    @given(NAMES, st.data())
    def test_finds_every_part_of_three_letters_and_more(self, name, data):
        start = data.draw(st.integers(0, max(len(name) - 3, 0)))
        end = data.draw(st.integers(min(start + 3, len(name)), len(name)))
        part = name[start:end]

        found = matching(query_words(part))([name])

        assert found or len("".join(words(part))) < 3

    @given(NAMES, st.integers(1, 2))
    def test_finds_one_and_two_letters_at_the_beginning(self, name, length):
        assert matching(query_words(name[:length]))([f"Anna {name}"])

    def test_does_not_find_two_letters_inside_a_word(self):
        assert not matching(query_words("ll"))(["Müller"])

    def test_wants_every_word(self):
        assert matching(query_words("hans berlin"))(["Hans", "Berlin"])
        assert not matching(query_words("hans berlin"))(["Hans", "Hamburg"])

    def test_but_no_word_that_two_fields_only_make_together(self):
        assert not matching(query_words("hansberlin"))(["Hans", "Berlin"])
        assert not matching(query_words("sbe"))(["Hans", "Berlin"])
        assert not matching(query_words("hans"))([])

    def test_wants_one_of_several_words_in_one_place(self):
        searched = (("meyer", "meier"), ("hans",))

        assert matching(searched)(["Hans Meier"])
        assert not matching(searched)(["Hans Maurer"])

    @pytest.mark.parametrize("typed", ["030 1234", "+49 30 1234", "0049 30 1234", "0301234", "(030) 12-34", "+49 (0)30 1234", "301234"])
    @pytest.mark.parametrize("stored", ["030 123456", "+49 30 123456", "0049 (0) 30 / 12 34 56", "+49 (0)30 123456"])
    def test_finds_a_number_as_people_write_it(self, typed, stored):
        assert matching(query_words(typed))([stored])

    def test_finds_a_postcode_with_a_zero(self):
        assert matching(query_words("01067 dres"))(["01067", "Dresden"])


class TestQueryWords:
    def test_looks_at_a_bounded_part_of_a_question(self):
        assert len(query_words(" ".join(f"w{number}" for number in range(100)))) == MAX_WORDS
        assert query_words("a" * 10_000) == ("a" * 200,)

    def test_takes_a_word_once(self):
        assert query_words("Hans hans") == ("hans",)

    def test_finds_nothing_to_ask_in_signs(self):
        assert query_words("%_*\"'()") == ()


class TestNeedles:
    @given(NAMES)
    def test_of_a_whole_word_occur_in_its_searchable_text(self, name):
        for word in words(name):
            assert any(needle in searchable(word) for needle in needles(word))

    @given(st.text(max_size=30))
    def test_are_at_least_as_long_as_a_trigram_once_spaced(self, text):
        spaced = [needle.replace(" ", "  ") for word in query_words(text) for needle in needles(word)]

        assert all(len(needle) >= 3 for needle in spaced)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [("+49 30 123", "4930123"), ("0049 30 123", "4930123"), ("030/123", "4930123"), ("+43 1 58 858", "43158858"), ("keine", "")],
)
def test_phone_digits_have_the_country_code(phone, expected):
    assert phone_digits(phone) == expected
