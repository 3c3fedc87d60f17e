"""A statute is cited in each language in one way."""

import pytest

from crm.privacy.citations import cite
from crm.privacy.periods import find_shipped


@pytest.mark.parametrize(
    ("source", "german", "english"),
    [
        ("DSGVO Art. 7(3)", "Art. 7 Abs. 3 DSGVO", "Art. 7(3) GDPR"),
        ("DSGVO Art. 5(1)(e), 6(1)(b)/(f)", "Art. 5 Abs. 1 lit. e, Art. 6 Abs. 1 lit. b/f DSGVO", "Art. 5(1)(e), 6(1)(b)/(f) GDPR"),
        ("DSGVO Art. 5(1)(c),(e)", "Art. 5 Abs. 1 lit. c, e DSGVO", "Art. 5(1)(c), (e) GDPR"),
        ("DSGVO Art. 5(2), 12; OWiG § 31", "Art. 5 Abs. 2, Art. 12 DSGVO; § 31 OWiG", "Art. 5(2), 12 GDPR; § 31 OWiG"),
        ("BGB §§ 195, 199", "§§ 195, 199 BGB", "§§ 195, 199 BGB"),
        ("HGB § 257(1) Nr. 4,(4)", "§ 257 Abs. 1 Nr. 4, Abs. 4 HGB", "§ 257(1) no. 4, (4) HGB"),
        ("AO § 147(1) Nr. 2-3,5", "§ 147 Abs. 1 Nr. 2–3, 5 AO", "§ 147(1) no. 2–3, 5 AO"),
    ],
)
def test_the_law_comes_last_and_its_parts_are_named_as_readers_name_them(source, german, english):
    assert cite(source, language="de") == german
    assert cite(source, language="en") == english


@pytest.mark.parametrize("code", find_shipped())
def test_no_rule_shows_english_readers_a_german_word_or_german_readers_a_bracket(code):
    source = find_shipped()[code].source

    assert not {"DSGVO", "Abs.", "Nr.", "lit."} & set(cite(source, language="en").split())
    assert "(" not in cite(source, language="de")
