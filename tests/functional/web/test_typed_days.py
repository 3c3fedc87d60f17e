"""Days are typed as people are used to: a browser without a field for days, or one without script, sends what they write."""

import re
from datetime import date

import pytest

from crm.days import read_day
from crm.models.deal import Deal
from tests.functional.web.conftest import hidden


@pytest.mark.parametrize("text", ["2026-12-31", "31.12.2026", "31. 12. 2026"])
def test_a_day_is_read_in_both_forms(text):
    assert read_day(text) == date(2026, 12, 31)


@pytest.mark.parametrize("text", ["1.2.2026", "01.02.2026"])
def test_the_day_comes_before_the_month(text):
    assert read_day(text) == date(2026, 2, 1)


@pytest.mark.parametrize("text", ["", "31.02.2026", "32.1.2026", "31.12.26", "12/31/2026", "morgen", "31.12.2026 10:00", "٣١.١٢.٢٠٢٦"])
def test_what_is_no_day_is_none(text):
    assert read_day(text) is None


@pytest.fixture(params=["de", "en"])
def language(request, sales):
    sales.client.set_cookie("lethe_language", request.param)
    return request.param


@pytest.fixture
def form(house, sales):
    house.add_company("Alpha GmbH")
    token = hidden(sales.get("/deals/new"), "token")
    return {"token": token, "purpose": "business_contact", "title": "Bohrwerk", "company": "Alpha GmbH", "stage": "offer", "amount": "5"}


class TestADealExpectedOnATypedDay:
    def test_is_taken_in_in_both_languages(self, house, sales, form, language):
        answer = sales.send("/deals/new", {**form, "expected_on": "31.12.2026"})

        assert answer.status_code == 303
        with house.database.reading() as session:
            assert [each.expected_on for each in session.query(Deal)] == [date(2026, 12, 31)]

    def test_keeps_the_day_in_its_field_when_something_else_is_wrong(self, sales, form, language):
        answer = sales.send("/deals/new", {**form, "title": "", "expected_on": "31.12.2026"})

        assert answer.status_code == 422
        assert re.search(r'id="f-expected_on"\s+name="expected_on"\s+value="2026-12-31"', answer.text)
