"""Cells become values, or nothing; never a guess."""

from datetime import UTC, datetime

import pytest

from crm.services.imports import values


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Paula ", "Paula"),
        ("Hauptstr. 1\r\nHinterhaus", "Hauptstr. 1 Hinterhaus"),
        ("Mu\u0308ller", "Müller"),
        ("\ufeffAnna\u200b", "Anna"),
        ("evil\u202etxt", "eviltxt"),
        ("two  blanks", "two blanks"),
        ("a\x07b", "ab"),
    ],
)
def test_text_is_one_clean_line(cell, text):
    assert values.clean(cell) == text


@pytest.mark.parametrize("cell", ["true", "TRUE", "1", "ja", "x", "wahr", "Yes", "yep", "vielleicht"])
def test_everything_but_a_clear_no_is_a_yes(cell):
    assert values.is_yes(cell)


@pytest.mark.parametrize("cell", ["", " ", "0", "false", "False", "nein", "FALSCH", "no", "-"])
def test_a_clear_no_is_a_no(cell):
    assert not values.is_yes(cell)


@pytest.mark.parametrize(
    ("cell", "record_id"),
    [
        ("001Ec00000FzlUdIAJ", "001Ec00000FzlUdIAJ"),
        ("001Ec00000FzlUd", "001Ec00000FzlUdIAJ"),
        ("000000000000000AAA", ""),
        ("000000000000000", ""),
        ("4711,00", "4711"),
        (" K-12 ", "K-12"),
    ],
)
def test_record_ids_have_one_form(cell, record_id):
    assert values.clean_id(cell) == record_id


@pytest.mark.parametrize(("text", "rounded"), [("1,23457E+11", True), ("1.2E+11", True), ("4E7", False), ("1234", False)])
def test_rounded_numbers_are_noticed(text, rounded):
    assert values.is_rounded(text) is rounded


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2022-12-02T00:10:41.000+0000", datetime(2022, 12, 2, 0, 10, 41, tzinfo=UTC)),
        ("2022-12-02T02:10:41+02:00", datetime(2022, 12, 2, 0, 10, 41, tzinfo=UTC)),
        ("2022-12-02 00:10:41", datetime(2022, 12, 2, 0, 10, 41, tzinfo=UTC)),
        ("2022-12-02", datetime(2022, 12, 2, tzinfo=UTC)),
        ("31.12.2024", datetime(2024, 12, 31, tzinfo=UTC)),
        ("31.12.2024 23:59", datetime(2024, 12, 31, 23, 59, tzinfo=UTC)),
        ("1.2.24", datetime(2024, 2, 1, tzinfo=UTC)),
        ("31.02.2024", None),
        ("gestern", None),
        ("0001-01-01T00:00:00+02:00", None),
    ],
)
def test_moments_of_both_forms_and_of_german_spreadsheets_are_read(cell, moment):
    assert values.find_moment(cell) == moment


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("anna.mueller@example.org", "anna.mueller@example.org"),
        ("Anna.Mueller@EXAMPLE.org", "Anna.Mueller@example.org"),
        ("mailto:a@example.org", "a@example.org"),
        ("müller@straße.example", "müller@straße.example"),
        ("a@firma.local", "a@firma.local"),
        ("a..b@example.org", None),
        ("a@b@example.org", None),
        ("a(at)example.org", None),
        ("a@-example.org", None),
        (".a@example.org", None),
        ("a@example.org\nBcc: b@example.org", None),
        ("keine", None),
        ("=?utf-8?q?x?=@example.org", None),
        ("a@1.2.3.4", None),
        ("a" * 65 + "@example.org", None),
    ],
)
def test_only_addresses_pass_as_addresses(cell, address):
    assert values.find_email(cell) == address


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("0561 / 12 34-56", "", "+49561123456"),
        ("+43 1 5880", "Deutschland", "+4315880"),
        ("01 5880-0", "Österreich", "+43158800"),
        ("5987002803", "US", "+15987002803"),
        ("5987002803", "United States", "+15987002803"),
        ("46792156", "US", "46792156"),
        ("0561 123456", "Phantasien", "0561 123456"),
        ("12", "", None),
        ("siehe Notiz", "", None),
        ("4,95612E+11", "", None),
    ],
)
def test_phone_numbers_become_international_where_that_is_certain(cell, country, number):
    assert values.find_phone(cell, country=country) == number
