"""Rows of daily work: each cell in its type, and what cannot be read is named and never guessed."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from crm.services import work_rules
from crm.services.imports.rows import Reason
from crm.services.imports.salesforce import read_salesforce
from crm.services.imports.work.choices import choose_stage
from crm.settings import initial_policy
from tests.support.exports import GROUPS, WORK_API, WORK_WEEKLY, record_id, write

BERLIN = ZoneInfo("Europe/Berlin")
FILES = ("Campaign.csv", "CampaignMember.csv", "Opportunity.csv", "Case.csv", "Task.csv")
RULES = work_rules.parse(initial_policy("work"))


def rows_of(folder, name, now):
    export = read_salesforce(folder, groups=GROUPS, now=now)
    file = next(each for each in export.files if each.name == name)
    return list(export.rows(file, zone=BERLIN))


def deal(tmp_path, now, **values):
    write(tmp_path, "Opportunity.csv", [{"Id": record_id(1, "006"), "AccountId": record_id(1, "001"), **values}])
    (row,) = rows_of(tmp_path, "Opportunity.csv", now)
    return row


@pytest.mark.parametrize("name", FILES)
def test_both_forms_tell_the_same(name, now):
    assert rows_of(WORK_API, name, now) == rows_of(WORK_WEEKLY, name, now)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("1.234,56", 123_456), ("1,234.56", 123_456), ("1234.5", 123_450), ("0", 0), ("1.234", 123_400), ("12 €", 1_200)],
)
def test_amounts_are_read_in_both_spellings(tmp_path, now, typed, cents):
    assert deal(tmp_path, now, Amount=typed).values["amount"] == cents


@pytest.mark.parametrize("typed", ["-5", "zwölf", "1.2.3", "9999999999999", "=1+1"])
def test_an_amount_that_is_none_is_named(tmp_path, now, typed):
    row = deal(tmp_path, now, Amount=typed)

    assert "amount" not in row.values
    assert row.remarks == (Reason.AMOUNT_INVALID,)


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-12-18", date(2026, 12, 18)), ("18.12.2026", date(2026, 12, 18)), ("2026-12-17T23:30:00.000+0000", date(2026, 12, 18))],
)
def test_days_are_those_of_the_controller(tmp_path, now, typed, day):
    assert deal(tmp_path, now, CloseDate=typed).values["expected_on"] == day


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("31.02.2026", Reason.MOMENT_UNREADABLE), ("1900-01-01", Reason.MOMENT_IMPOSSIBLE), ("9999-12-31", Reason.MOMENT_IMPOSSIBLE)],
)
def test_a_day_that_cannot_be_is_named(tmp_path, now, typed, reason):
    row = deal(tmp_path, now, CloseDate=typed)

    assert "expected_on" not in row.values
    assert row.remarks == (reason,)


@pytest.mark.parametrize(("typed", "percent"), [("75", 75), ("75%", 75), ("75,0", 75), ("100", 100)])
def test_probabilities_are_whole_percent(tmp_path, now, typed, percent):
    assert deal(tmp_path, now, Probability=typed).values["probability"] == percent


@pytest.mark.parametrize("typed", ["101", "-1", "7,5", "viel"])
def test_a_probability_that_cannot_be_is_named(tmp_path, now, typed):
    assert deal(tmp_path, now, Probability=typed).remarks == (Reason.NUMBER_INVALID,)


@pytest.mark.parametrize(
    ("word", "is_closed", "is_won", "stage"),
    [
        ("Proposal/Price Quote", False, False, ("offer", True)),
        ("Angebot", False, False, ("offer", True)),  # our own title
        ("Closed Won", True, True, ("won", True)),
        ("Irgendwas", False, False, ("qualification", False)),
        ("Abgesagt", True, False, ("lost", False)),
        ("Negotiation/Review", True, True, ("won", True)),  # what has ended is nowhere on the way
    ],
)
def test_stages_are_those_of_the_rules(word, is_closed, is_won, stage):
    assert choose_stage(RULES, word, is_closed=is_closed, is_won=is_won) == stage


def test_titles_come_only_where_the_purpose_has_room_for_text(tmp_path, now):
    """Art. 5(1)(b), (c) DSGVO: the groups of these tests open no notes."""
    assert "title" not in deal(tmp_path, now, Name="Drehmaschine für Frau Müller").values
