"""Hints at words that do not belong into a note (Art. 9 DSGVO)."""

import pytest

from crm.privacy.special_categories import find_words


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
