"""A person is named as letters name people (DIN 5008)."""

import pytest

from crm.privacy.requests.naming import in_greeting, on_envelope

KNOWN = {"title": "Dr.", "first_name": "Arno", "last_name": "Bohnbach"}


@pytest.mark.parametrize(
    ("profile", "language", "envelope", "greeting"),
    [
        ({**KNOWN, "salutation": "Herr"}, "de", "Herrn Dr. Arno Bohnbach", "Herr Dr. Bohnbach"),
        ({**KNOWN, "salutation": "Frau"}, "de", "Frau Dr. Arno Bohnbach", "Frau Dr. Bohnbach"),
        ({**KNOWN, "salutation": "Herr"}, "en", "Dr. Arno Bohnbach", "Dr. Bohnbach"),
        ({"salutation": "Frau", "first_name": "Ina", "last_name": "Beil"}, "en", "Ms Ina Beil", "Ms Beil"),
        (KNOWN, "de", "Dr. Arno Bohnbach", "Dr. Arno Bohnbach"),
        ({"salutation": "Familie", "last_name": "Beil"}, "de", "Familie Beil", "Beil"),
        ({"salutation": "Herr", "first_name": "Arno"}, "de", "Herrn Arno", "Arno"),
        ({}, "de", "", ""),
    ],
)
def test_on_the_envelope_and_in_the_greeting(profile, language, envelope, greeting):
    assert on_envelope(profile, language=language) == envelope
    assert in_greeting(profile, language=language) == greeting
