"""What one colleague won or lost is shown nowhere without an agreement: neither as a sum nor as a list that is counted."""

import re
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.privacy import objection
from crm.privacy.objection import Heard, Objection
from tests.functional.web.conftest import ACTOR
from tests.support.selling import add_deals

WHY = "Was jemand anderes gewonnen oder verloren hat, zeigt Lethe weder als Summe noch als Liste"


@pytest.fixture
def management(colleague):
    return colleague(Role.MANAGEMENT, name="Ida Leiter")


@pytest.fixture
def anna(colleague):
    return colleague(Role.SALES, name="Anna Zimmer")


@pytest.fixture
def sold(house, anna, sales):
    """One won, one lost and one open deal of Anna's, one won by the reader in sales."""
    company_id = house.add_company()
    ended_on = house.now.date() - timedelta(days=3)
    hers = {"company_id": company_id, "owner_id": anna.member.id}
    with house.database.writing() as session:
        add_deals(
            session,
            {**hers, "stage": "won", "closed_on": ended_on, "amount_cents": 1_111_100, "title": "Von Anna gewonnen"},
            {**hers, "stage": "lost", "closed_on": ended_on, "amount_cents": 2_222_200, "title": "Von Anna verloren"},
            {**hers, "stage": "offer", "amount_cents": 3_333_300, "title": "Von Anna angeboten"},
            {
                "company_id": company_id,
                "owner_id": sales.member.id,
                "stage": "won",
                "closed_on": ended_on,
                "amount_cents": 4_444_400,
                "title": "Selbst gewonnen",
            },
            now=house.now,
        )
    return anna.member.id


def main_of(answer):
    assert answer.status_code == 200
    return answer.text.partition("<main")[2]


def agree(management):
    terms = {"kind": "works_agreement", "reference": "Ordner 4", "valid_from": "2026-01-01", "valid_until": ""}
    assert management.send("/reports/agreement", terms).status_code == 303


def ended_addresses(owner_id, today):
    return [
        f"/deals?stage=won&owner={owner_id}",
        f"/deals?stage=lost&owner={owner_id}",
        f"/deals?stage=all&owner={owner_id}",
        f"/deals?owner={owner_id}&closed_from={today - timedelta(days=30)}",
        f"/deals/board?owner={owner_id}",
        f"/reports/deals?stage=won&owner={owner_id}&quarter={today}",
        f"/reports/deals?stage=lost&owner={owner_id}&quarter={today}",
    ]


class TestWithoutAnAgreement:
    """§ 87(1) no. 6 BetrVG; rules.md 3.13."""

    def test_neither_sum_nor_number_nor_deal_is_shown_under_a_filter_by_the_colleague(self, house, sales, management, sold):
        for reader in (sales, management):
            for path in ended_addresses(sold, house.now.date()):
                answer = reader.get(path)
                if answer.status_code == 403:  # the deals behind a figure are not for management
                    assert (reader, path.partition("?")[0]) == (management, "/reports/deals")
                    continue
                page = main_of(answer)
                assert WHY in page, path
                for told in ("11.111", "22.222", "Anna gewonnen", "Anna verloren"):
                    assert told not in page, (path, told)

    def test_open_deals_are_everybodys_work_and_are_summed(self, sales, management, sold):
        for reader in (sales, management):
            for path in (f"/deals?owner={sold}", f"/deals?stage=all&owner={sold}", f"/deals/board?owner={sold}"):
                assert "33.333" in main_of(reader.get(path))

    def test_one_s_own_results_are_one_s_own(self, sales, sold):
        page = main_of(sales.get(f"/deals?stage=won&owner={sales.member.id}"))

        assert "44.444" in page and "Selbst gewonnen" in page
        assert WHY not in page

    def test_a_list_of_what_everybody_won_does_not_say_who_and_the_deal_itself_does(self, house, sales, sold):
        for path in ("/deals?stage=won", "/deals/board", f"/reports/deals?stage=won&quarter={house.now.date()}"):
            page = main_of(sales.get(path))
            row = re.search(r"Von Anna gewonnen(.*?)</(?:tr|li)>", page, re.DOTALL).group(1)
            assert "Anna Zimmer" not in row, path

        deal_url = re.search(r'href="(/deals/[0-9a-f]{32})">Von Anna gewonnen', main_of(sales.get("/deals?stage=won"))).group(1)
        assert "Anna Zimmer" in main_of(sales.get(deal_url))

    def test_what_was_open_then_does_not_say_what_became_of_it(self, house, sales, sold):
        """A deal that was open at the end of a quarter may have been won since."""
        before = house.now.date() - timedelta(days=3)

        page = main_of(sales.get(f"/reports/deals?stage=open&owner={sold}&quarter={before - timedelta(days=95)}"))

        assert not re.search(r"Gewonnen|Verloren", page.partition("<tbody")[2])


def test_with_an_agreement_all_of_it_is_shown(house, sales, management, sold):
    agree(management)

    assert "11.111" in main_of(sales.get(f"/deals?stage=won&owner={sold}"))
    assert "22.222" in main_of(management.get(f"/deals/board?owner={sold}"))
    assert "Von Anna gewonnen" in main_of(sales.get(f"/reports/deals?stage=won&owner={sold}&quarter={house.now.date()}"))


class TestOneRuleForAllFigures:
    """Art. 18(2), 21(1) DSGVO: were two figures to follow two rules, their difference would be one person's deal."""

    @pytest.fixture
    def left_out(self, house):
        restricted, contesting = house.take_in(), house.take_in()
        trader = house.add_sole_trader()
        company_id = house.add_company()
        with house.database.writing() as session:
            add_deals(
                session,
                {"company_id": company_id, "stage": "offer", "amount_cents": 100_000},
                {"company_id": None, "subject_id": restricted, "stage": "offer", "amount_cents": 200_000},
                {"company_id": None, "subject_id": contesting, "stage": "offer", "amount_cents": 400_000},
                {"company_id": trader, "stage": "offer", "amount_cents": 800_000},
                now=house.now,
            )
            objection.raise_many(session, [(contesting, Objection("business_contact"))], origin=Heard.LETTER, actor=ACTOR, now=house.now)
        house.restrict(restricted)

    def test_list_board_forecast_and_report_count_the_same(self, house, sales, left_out):
        listed = re.search(r"<h1>Verkaufschancen</h1>\s*<p>([^<]+)</p>", sales.get("/deals").text).group(1)
        board = re.search(r'id="h-stage-offer">.*?</p>', sales.get("/deals/board").text, re.DOTALL).group(0)
        foot = re.search(r"<tfoot>.*?</tfoot>", sales.get("/deals/forecast").text, re.DOTALL).group(0)
        report = sales.get(f"/reports/quarter?quarter={house.now.date()}").text

        assert "2 Verkaufschancen" in listed and "9.000\u00a0€" in listed
        assert "9.000\u00a0€" in board and ">2<" in board
        assert "9.000\u00a0€" in foot
        assert "9.000\u00a0€" in report.partition("Offen am Ende")[2].partition("</tr>")[0]
