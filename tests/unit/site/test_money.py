"""Money: typed in German or English, kept in whole cents, shown as the reader writes it."""

import pytest
from flask import Flask

from crm.site import i18n
from crm.site.money import (
    AmountError,
    AmountTooLargeError,
    NegativeAmountError,
    ZeroAmountError,
    money,
    parse_amount,
    parse_positive_amount,
    typed_money,
    whole_money,
)


@pytest.fixture(params=["de", "en"])
def language(request):
    app = Flask(__name__)
    i18n.install(app, default_language=request.param, time_zone="Europe/Berlin")
    with app.test_request_context():
        yield request.param


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1.234,56", 123_456),
        ("1234.56", 123_456),
        ("1,234.56", 123_456),
        ("1234,5", 123_450),
        ("1.234", 123_400),
        ("1,234", 123_400),
        ("1.234.567", 123_456_700),
        (" 12 € ", 1_200),
        ("EUR 1 234,56", 123_456),
        ("1\u202f234,56\u00a0€", 123_456),
        ("1'234.50", 123_450),
        ("0", 0),
        ("0,07", 7),
        ("999.999.999,99", 99_999_999_999),
    ],
)
def test_is_read_with_the_separators_of_both_languages(text, cents):
    assert parse_amount(text, field="amount") == cents


@pytest.mark.parametrize("text", ["", "viel", "1,23,4", "1.23.456", "1,234,56", "12.3456", "=1+1", "1e9", "٣", "1,", ",5", "<b>1</b>"])
def test_what_is_no_amount_is_refused_at_its_field(text):
    with pytest.raises(AmountError) as refused:
        parse_amount(text, field="amount")

    assert refused.value.field == "amount"


@pytest.mark.parametrize(("text", "error"), [("-1", NegativeAmountError), ("−1", NegativeAmountError), ("1000000000", AmountTooLargeError)])
def test_what_no_deal_can_be_worth_is_refused(text, error):
    with pytest.raises(error):
        parse_amount(text, field="amount")


def test_nothing_is_refused_where_something_is_needed():
    with pytest.raises(ZeroAmountError):
        parse_positive_amount("0,00", field="amount")
    assert parse_positive_amount("0,01", field="amount") == 1


def test_is_shown_as_the_reader_writes_it(language):
    assert money(123_456) == {"de": "1.234,56\u00a0€", "en": "€1,234.56"}[language]
    assert whole_money(123_456_49) == {"de": "123.456\u00a0€", "en": "€123,456"}[language]


def test_a_shown_amount_can_be_typed_again(language):
    for cents in (0, 7, 123_456, 99_999_999_999):
        assert parse_amount(typed_money(cents), field="amount") == cents
        assert parse_amount(money(cents), field="amount") == cents
