"""Hints at words that do not belong into a note, and names that neither a field nor a choice may have (Art. 9, 10 DSGVO)."""

import pytest

from crm.privacy.special_categories import find_words, is_forbidden_option, is_forbidden_title


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ist länger krankgeschrieben, bitte Vertretung anrufen.", ["krankgeschrieben"]),
        ("Schwanger, kommt im Mai zurück; Gewerkschaftsmitglied.", ["Schwanger", "Gewerkschaftsmitglied"]),
        ("Krank? Krank!", ["Krank"]),  # each once
        ("Angebot über Krananlagen und Kirschen.", []),  # look alike and are harmless
        ("", []),
    ],
)
def test_find_words(text, words):
    assert find_words(text) == words


@pytest.mark.parametrize(
    "title",
    [
        "Psychotherapie",
        "Haftstrafe",
        "Untersuchungshaft",
        "Hausarzt",
        "Lebensmittelallergie",
        "Schuldnerstatus",
        "Debtor",
        "Food allergies",
    ],
)
def test_forbidden_titles(title):
    assert is_forbidden_title(title)
    assert is_forbidden_option(title)


@pytest.mark.parametrize(
    "title", ["Haftung", "Haftpflicht", "Gesellschaft", "Drittschuldner", "Steuerschuldner", "Antiallergische Filter", "SPD"]
)
def test_titles_that_look_alike_and_are_harmless(title):
    assert not is_forbidden_title(title)


@pytest.mark.parametrize("option", ["katholisch", "FDP", "schwanger", "Kirche"])
def test_forbidden_options(option):
    assert is_forbidden_option(option)


@pytest.mark.parametrize(
    "option", ["Krankenhaus", "Physiotherapie-Praxis", "Rehaklinik", "Kirchengemeinde", "Operations", "Gesundheitsamt"]
)
def test_what_a_customer_is_may_be_chosen(option):
    assert not is_forbidden_option(option)
