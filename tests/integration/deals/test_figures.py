"""List, board and forecast: order, pages, sums, and whom figures leave out."""

from datetime import date, timedelta

import pytest

from crm.privacy import objection, restriction
from crm.privacy.objection import Objection
from crm.privacy.restriction import RestrictionReason
from crm.services import work_rules
from crm.services.deals import board, forecast, listing, moving
from crm.services.deals.listing import DealFilter, DealPageTokenError
from crm.services.deals.results import Results
from tests.integration.deals.selling import SALES, add_company, add_deal, add_person, purpose

FIRST = date(2026, 12, 1)
ALL = Results(own_id=None, are_agreed=True)


def found(runtime, clock, **wanted):
    with runtime.database.reading() as session:
        rules = work_rules.find(session)
        return listing.list_deals(
            session, wanted=DealFilter(**wanted), rules=rules, results=ALL, purpose=purpose(session), actor=SALES, now=clock.now()
        )


def titles(page):
    return [each.title for each in page.rows]


@pytest.fixture
def seven(runtime, clock):
    """Seven deals of one company in two stages, a day apart."""
    with runtime.database.writing() as session:
        company_id = add_company(session, clock.now())
        for number in range(7):
            add_deal(
                session,
                clock.now(),
                company_id=company_id,
                title=f"Nr. {number}",
                amount_cents=100 * number,
                stage=("qualification", "offer")[number % 2],
                expected_on=FIRST + timedelta(days=number),
                region="Nord" if number > 4 else None,
            )
        return company_id


class TestList:
    def test_shows_the_soonest_first_across_stages_and_sums_each(self, runtime, clock, seven):
        page = found(runtime, clock)

        assert titles(page) == [f"Nr. {number}" for number in range(7)]
        assert [(each.stage, each.count, each.cents) for each in page.sums] == [("qualification", 4, 1200), ("offer", 3, 900)]

    @pytest.mark.parametrize("descending", [False, True])
    def test_pages_on_and_back(self, runtime, clock, seven, monkeypatch, descending):
        monkeypatch.setattr(listing, "PAGE_SIZE", 3)
        numbers = [f"Nr. {number}" for number in (range(6, -1, -1) if descending else range(7))]

        first = found(runtime, clock, descending=descending)
        second = found(runtime, clock, descending=descending, after=first.after)
        third = found(runtime, clock, descending=descending, after=second.after)

        assert titles(first) + titles(second) + titles(third) == numbers
        assert titles(found(runtime, clock, descending=descending, before=third.before)) == titles(second)
        assert titles(found(runtime, clock, descending=descending, before=second.before)) == titles(first)
        assert (first.before, third.after) == (None, None)

    def test_is_narrowed(self, runtime, clock, seven):
        assert titles(found(runtime, clock, stages=("offer",))) == ["Nr. 1", "Nr. 3", "Nr. 5"]
        assert titles(found(runtime, clock, region="Nord")) == ["Nr. 5", "Nr. 6"]
        assert titles(found(runtime, clock, company_id="a" * 32)) == []

    def test_refuses_a_page_that_it_did_not_give_out(self, runtime, clock):
        with pytest.raises(DealPageTokenError):
            found(runtime, clock, after="a" * 32)


class TestBoard:
    def columns(self, runtime, clock, **wanted):
        with runtime.database.reading() as session:
            return board.open_board(
                session,
                wanted=DealFilter(**wanted),
                rules=work_rules.find(session),
                results=ALL,
                purpose=purpose(session),
                actor=SALES,
                today=clock.now().date(),
                now=clock.now(),
            )

    def test_has_a_column_for_each_stage_with_its_sum(self, runtime, clock, seven):
        columns = self.columns(runtime, clock)

        assert [each.stage.code for each in columns] == ["qualification", "offer", "negotiation", "won", "lost"]
        assert [each.total.count for each in columns] == [4, 3, 0, 0, 0]
        assert columns[1].total.cents == 900
        assert [card.title for card in columns[1].cards] == ["Nr. 1", "Nr. 3", "Nr. 5"]

    def test_shows_what_was_won_within_thirty_days(self, runtime, clock, seven):
        with runtime.database.writing() as session:
            deal_id = add_deal(session, clock.now(), company_id=seven)
            moving.move(session, deal_id=deal_id, stage="won", purpose=purpose(session), expected_version=1, actor=SALES, now=clock.now())

        assert self.columns(runtime, clock)[3].total.count == 1
        clock.advance(timedelta(days=30))
        assert self.columns(runtime, clock)[3].total.count == 1
        clock.advance(timedelta(days=1))
        assert self.columns(runtime, clock)[3].total.count == 0


class TestForecast:
    def forecast(self, runtime, clock, today=FIRST, **wanted):
        with runtime.database.reading() as session:
            return forecast.forecast(session, wanted=DealFilter(**wanted), rules=work_rules.find(session), today=today, now=clock.now())

    def test_weighs_each_month_by_probability(self, runtime, clock):
        with runtime.database.writing() as session:
            company_id = add_company(session, clock.now())
            add_deal(session, clock.now(), company_id=company_id, amount_cents=1000, probability=50, expected_on=date(2026, 12, 31))
            add_deal(session, clock.now(), company_id=company_id, amount_cents=2000, probability=25, expected_on=date(2027, 1, 1))
            add_deal(session, clock.now(), company_id=company_id, amount_cents=4000, probability=10, expected_on=date(2026, 11, 30))
            add_deal(session, clock.now(), company_id=company_id, amount_cents=8000, probability=10, expected_on=date(2027, 12, 1))

        seen = self.forecast(runtime, clock)

        assert [(each.month, each.cents, each.weighted_cents) for each in seen.months[:2]] == [
            (date(2026, 12, 1), 1000, 500),
            (date(2027, 1, 1), 2000, 500),
        ]
        assert len(seen.months) == 12
        assert (seen.overdue.cents, seen.later.cents) == (4000, 8000)

    def test_leaves_out_what_ended(self, runtime, clock):
        with runtime.database.writing() as session:
            deal_id = add_deal(session, clock.now(), company_id=add_company(session, clock.now()))
            moving.move(session, deal_id=deal_id, stage="won", purpose=purpose(session), expected_version=1, actor=SALES, now=clock.now())

        assert sum(each.count for each in self.forecast(runtime, clock).all) == 0

    def test_leaves_out_people_who_are_restricted_or_contest_it(self, runtime, clock):
        """Art. 18(1), 21(1) DSGVO."""
        with runtime.database.writing() as session:
            people = [add_person(session, clock.now()) for _ in range(3)]
            for subject_id in people:
                add_deal(session, clock.now(), subject_id=subject_id)
            add_deal(session, clock.now(), company_id=add_company(session, clock.now()))
        assert sum(each.count for each in self.forecast(runtime, clock).all) == 4

        with runtime.database.writing() as session:
            restriction.impose(session, subject_ids=people[:1], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=clock.now())
            objection.raise_many(session, [(people[1], Objection("business_contact"))], origin="Brief", actor=SALES, now=clock.now())

        assert sum(each.count for each in self.forecast(runtime, clock).all) == 2
