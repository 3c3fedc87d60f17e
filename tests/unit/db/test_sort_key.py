"""The order of names (DIN 5007-1)."""

import pytest

from crm.db import sort_key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Österreicher", "Zeiss"),  # ä, ö, ü like a, o, u
        ("Ärger", "Arndt"),
        ("Adler", "adler 2"),  # capitals do not count
        ("Strasse 1", "Straße 2"),  # ß like ss
        ("Straße 1", "Strasse 2"),
        ("Muller", "Müller"),  # alike but for the dots: the bare letter first
        ("Müller", "Muller Bau"),  # nothing comes before something
        ("Bau AG", "Bauer"),
        ("„Adler“ Apotheke", "Adler Bau"),  # signs do not count
        ("Łódź", "Lof"),
    ],
)
def test_of_one_name_comes_before_that_of_another(first, second):
    assert sort_key(first) < sort_key(second)


def test_is_short_enough_for_an_index_whatever_the_name():
    assert len(sort_key("\ufdfa" * 200)) <= 1000
