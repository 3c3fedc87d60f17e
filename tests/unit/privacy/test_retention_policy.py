"""The Löschkonzept as data: the arithmetic of its periods, and one rule for each kind of data of the schema (DIN 66398)."""

from copy import deepcopy
from datetime import date

import pytest

from crm.privacy import stocks
from crm.privacy.periods import ImpossiblePeriodError, RuleIncompleteError, RuleSourceMissingError, due_on, find_shipped, parse
from crm.privacy.retention_rules import Sector, in_sector
from crm.privacy.stocks import TwoRulesError, UnknownStockError
from crm.settings import initial_policy

RULES = find_shipped()


@pytest.mark.parametrize(
    ("code", "started_on", "expected"),
    [
        ("RET-01", date(2024, 1, 31), date(2026, 1, 31)),  # same day, 24 months later
        ("RET-01", date(2024, 2, 29), date(2026, 2, 28)),  # a day that is missing: the last of its month
        ("RET-08", date(2026, 8, 31), date(2027, 2, 28)),  # six months, no 31 February
        ("RET-10", date(2025, 3, 10), date(2033, 12, 31)),  # from the end of the year; the next day it goes
        ("RET-11", date(2025, 3, 10), date(2031, 12, 31)),  # a business letter of the same day
        ("RET-12", date(2025, 3, 10), date(2035, 12, 31)),
        ("RET-07", date(2025, 12, 31), date(2028, 12, 31)),  # the last day of the year belongs to it
        ("RET-07", date(2026, 1, 1), date(2029, 12, 31)),  # the day after does not
    ],
)
def test_due_on(code, started_on, expected):
    assert due_on(RULES[code], started_on) == expected


def test_banks_and_insurers_keep_vouchers_for_ten_years_and_letters_as_everybody():
    """§ 147(3) AO, § 257(4) HGB."""
    vouchers, letters = (in_sector(RULES[code], Sector.FINANCIAL) for code in ("RET-10", "RET-11"))

    assert due_on(vouchers, date(2025, 3, 10)) == date(2035, 12, 31)
    assert due_on(letters, date(2025, 3, 10)) == date(2031, 12, 31)


def test_every_default_of_the_law_is_there_with_its_figure():
    assert {f"RET-{number:02}" for number in range(1, 37)} <= RULES.keys()
    for rule in RULES.values():
        assert all(text["de"] and text["en"] for text in (rule.kind, rule.start_text, rule.no_data or rule.kind)), rule.code
        assert rule.loeschklasse, rule.code


def test_every_stock_follows_exactly_one_rule():
    assert stocks.find_unruled(RULES.values()) == []
    assert stocks.require_one_rule_each(RULES.values())["notes"] == "RET-17"


def written(**changes):
    return {**deepcopy(initial_policy("retention")["RET-17"]), **changes}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"source": " "}, RuleSourceMissingError),
        ({"period": {"amount": -1, "unit": "months"}}, ImpossiblePeriodError),
        ({"period": {"amount": 101, "unit": "years"}}, ImpossiblePeriodError),
        ({"period": {"unit": "open"}}, ImpossiblePeriodError),  # nothing ends it
        ({"period": {"amount": 30, "unit": "days"}, "from_year_end": True}, ImpossiblePeriodError),
        ({"available": {"amount": 3, "unit": "years"}}, ImpossiblePeriodError),  # longer than it is kept
        ({"period": {"amount": "24", "unit": "months"}}, RuleIncompleteError),
        ({"period": {"amount": 2, "unit": "weeks"}}, RuleIncompleteError),
        ({"start": "whenever"}, RuleIncompleteError),
        ({"no_data": {"de": "keine", "en": "none"}}, RuleIncompleteError),  # data, and none
    ],
)
def test_a_rule_that_nobody_can_follow_is_refused_by_its_name(changes, error):
    with pytest.raises(error, match="RET-17"):
        parse("RET-17", written(**changes))


@pytest.mark.parametrize(("data", "error"), [("notes", TwoRulesError), ("dreams", UnknownStockError)])
def test_two_rules_for_one_kind_of_data_are_refused(data, error):
    second = parse("RET-99", written(data=[data]))

    with pytest.raises(error, match="RET-99"):
        stocks.require_one_rule_each([*RULES.values(), second])
