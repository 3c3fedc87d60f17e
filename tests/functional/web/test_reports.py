"""The sales meeting looks at last quarter's figures (DS-UC-01)."""

import csv
import re
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from crm.actor import Role
from crm.models.account import Account
from crm.models.company import Company
from crm.models.staff_agreement import StaffAgreement
from crm.privacy import objection
from crm.privacy.objection import Heard, Objection
from crm.services.reports.figures import Dimension, make_report
from crm.services.reports.quarters import quarter_of
from tests.functional.web.conftest import ACTOR, error_at
from tests.support.selling import add_deals

FIRST = date(2026, 1, 1)  # Q1 2026


@pytest.fixture
def management(colleague):
    return colleague(Role.MANAGEMENT, name="Ida Leiter")


@pytest.fixture
def company(house):
    return house.add_company(segment="Handel")


def sell(house, *deals):
    with house.database.writing() as session:
        return add_deals(session, *deals, now=house.now)


def report(house, day=FIRST, today=date(2026, 12, 31)):
    with house.database.reading() as session:
        return make_report(session, quarter=quarter_of(day, first_month=1), today=today, now=house.now)


def owner_of(house, member):
    with house.database.reading() as session:
        return session.scalars(select(Account.id).where(Account.id == member.member.id)).one()


def ended(company, stage="won", closed_on=date(2026, 2, 10), **facts):
    return {"company_id": company, "stage": stage, "closed_on": closed_on, "probability": 100 if stage == "won" else 0, **facts}


AGREEMENT = {
    "kind": "works_agreement",
    "reference": "Betriebsvereinbarung Vertrieb, Ordner 4",
    "valid_from": "2026-01-01",
    "valid_until": "",
}


class TestFigures:
    def test_are_those_of_the_quarter_from_its_first_to_its_last_day(self, house, company):
        days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1))

        sell(house, *(ended(company, closed_on=day) for day in days))

        assert report(house).now.total.won_count == 2
        assert report(house).before.total.won_count == 1

    def test_compare_with_the_quarter_before_and_the_one_a_year_ago(self, house, company):
        sell(
            house,
            *(
                ended(company, closed_on=day, amount_cents=cents)
                for day, cents in ((date(2026, 2, 1), 5), (date(2025, 11, 1), 3), (date(2025, 2, 1), 2))
            ),
        )

        assert [each.total.won_cents for each in report(house).all] == [5, 3, 2]

    def test_say_how_many_of_the_decided_were_won_and_how_long_it_took(self, house, company):
        sell(
            house,
            ended(company, opened_on=date(2026, 1, 1), closed_on=date(2026, 1, 11)),
            ended(company, opened_on=date(2026, 1, 1), closed_on=date(2026, 1, 31)),
            ended(company, "lost"),
            ended(company, "lost"),
        )

        total = report(house).now.total

        assert (total.conversion, total.cycle_days) == (50, 20)
        assert report(house).before.total.conversion is None

    def test_tell_product_region_and_customer_group_apart(self, house, company):
        sell(
            house,
            ended(company, product="Pumpe", region="Nord", amount_cents=7),
            ended(company, product=None, region="Nord", amount_cents=2),
        )

        now = report(house).now

        assert {value: figures.won_cents for value, figures in now.by(Dimension.PRODUCT).items()} == {"Pumpe": 7, None: 2}
        assert {value: figures.won_cents for value, figures in now.by(Dimension.REGION).items()} == {"Nord": 9}
        assert {value: figures.won_cents for value, figures in now.by(Dimension.GROUP).items()} == {"Handel": 9}

    def test_of_what_is_open_are_those_of_the_last_day(self, house, company):
        sell(
            house,
            {"company_id": company, "stage": "offer", "opened_on": date(2026, 3, 31), "amount_cents": 1000, "probability": 40},
            {"company_id": company, "stage": "offer", "opened_on": date(2026, 4, 1)},
            ended(company, opened_on=date(2026, 1, 5), closed_on=date(2026, 4, 1), amount_cents=30),
            ended(company, opened_on=date(2026, 1, 5), closed_on=date(2026, 3, 31), amount_cents=50),
        )

        total = report(house).now.total

        assert (total.open_count, total.open_cents, total.weighted_cents) == (2, 1030, 430)
        later = report(house, day=date(2026, 4, 1)).before.total
        assert (later.open_count, later.open_cents) == (2, 1030)

    def test_leave_out_whose_data_are_restricted_and_who_objected_to_being_dealt_with(self, house):
        """Art. 18(2), 21(1) DSGVO; an objection to advertising alone forbids advertising, and takes no turnover away."""
        people = [house.take_in("business_contact") for _ in range(4)]
        trader = house.add_sole_trader()
        sell(
            house,
            *({**ended(None), "subject_id": each, "amount_cents": 10**number} for number, each in enumerate(people)),
            ended(trader, amount_cents=50_000),
        )
        house.restrict(people[0])
        with house.database.writing() as session:
            objection.raise_many(session, [(people[1], Objection("business_contact"))], origin=Heard.LETTER, actor=ACTOR, now=house.now)
            house_owner = session.get_one(Company, trader).subject_id
        house.object_to_marketing(people[2])
        assert report(house).now.total.won_cents == 51_100

        house.restrict(house_owner)

        assert report(house).now.total.won_cents == 1_100


class TestThePage:
    PATH = "/reports/quarter?quarter=2026-01-01"

    def test_names_no_customer_and_no_person(self, house, company, sales):
        person = house.take_in("business_contact")
        sell(
            house,
            ended(company, product="Pumpe", title="Pumpen für Frau Wehmeier"),
            {**ended(None), "subject_id": person, "title": "Wehmeier"},
        )

        for path in (self.PATH, f"{self.PATH}&by=group", "/reports/quarter.csv?quarter=2026-01-01"):
            answer = sales.get(path)

            assert answer.status_code == 200
            assert "Wehmeier" not in answer.text and "Brückner" not in answer.text

    def test_shows_figures_chart_and_table_to_sales_and_management(self, house, company, sales, management):
        sell(house, ended(company, product="Pumpe", amount_cents=1_234_500))

        for reader in (sales, management):
            page = reader.get(self.PATH)

            assert "12.345\u00a0€" in page.text
            assert page.text.count('class="now"') >= 1 and 'role="img"' in page.text

    def test_leads_sales_to_the_deals_behind_a_figure_and_management_to_their_amounts_alone(self, house, company, sales, management):
        sell(house, ended(company, product="Pumpe & Co", title="Neue Pumpen"), ended(company, product="Rohr", title="Rohre"))
        page = sales.get(self.PATH)
        url = next(each for each in re.findall(r'href="(/[^"]*)"', page.text) if "Pumpe" in each).replace("&amp;", "&")

        behind = sales.get(url)

        assert "Neue Pumpen" in behind.text and "Rohre" not in behind.text
        assert "Brückner Pumpenbau GmbH" in behind.text
        assert "/reports/deals" not in management.get(self.PATH).text
        assert "Brückner Pumpenbau GmbH" in management.get(url).text and "Neue Pumpen" not in management.get(url).text

    def test_shows_titles_about_people_by_the_door_alone(self, house, sales):
        """One entry for the whole list; who objected is not on it."""
        allowed, restricted = house.take_in("business_contact"), house.take_in("business_contact")
        other = house.take_in("legal_retention")
        sell(
            house,
            *({**ended(None), "subject_id": each, "title": f"Titel {number}"} for number, each in enumerate((allowed, restricted, other))),
        )
        house.restrict(restricted)

        page = sales.get("/reports/deals?quarter=2026-01-01&stage=won")

        assert "Titel 0" in page.text
        assert "Titel 1" not in page.text and "Titel 2" not in page.text
        assert page.text.count('<th scope="row"') == 2
        assert len(house.entries("people:listed")) == 1

    def test_shows_whose_deals_are_open_by_name_and_own_ones_first(self, house, company, sales, colleague):
        others = [colleague(Role.SALES, name=name) for name in ("Zora Adam", "Anna Zimmer")]
        for number, member in enumerate((*others, sales)):
            sell(house, {"company_id": company, "stage": "offer", "owner_id": owner_of(house, member), "amount_cents": 100 * (number + 1)})

        section = sales.get(self.PATH).text.partition('id="h-team"')[2].partition("</section>")[0]

        assert re.findall(r"Jule Brandt|Zora Adam|Anna Zimmer", section) == ["Jule Brandt", "Anna Zimmer", "Zora Adam"]

    @pytest.mark.parametrize("typed", ["", "gestern", "2999-01-01", "0001-01-01", "1989-12-31"])
    def test_of_a_quarter_that_cannot_be_is_the_last_that_is_over(self, sales, house, typed):
        last = quarter_of(house.now.date(), first_month=1).previous

        assert f"Quartalszahlen {last.title}" in sales.get(f"/reports/quarter?quarter={typed}").text


class TestDownloads:
    def test_hold_the_same_figures_and_no_formula(self, house, company, sales):
        sell(house, ended(company, product="=1+1", amount_cents=123_456))

        answer = sales.get("/reports/quarter.csv?quarter=2026-01-01")
        rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))

        assert rows[1][:4] == ["Produkt", "'=1+1", "Q1 2026", "1.234,56"]
        assert {row[0] for row in rows[1:]} == {"Produkt", "Region", "Kundengruppe"}

    def test_hold_numbers_as_numbers_with_the_unit_in_the_heading(self, house, company, sales):
        facts = {"product": "Pumpe", "opened_on": date(2026, 1, 1), "closed_on": date(2026, 2, 22)}
        won = [ended(company, **facts) for _ in range(4)]
        lost = [ended(company, stage="lost", **facts) for _ in range(3)]
        sell(house, *won, *lost, {"company_id": company, "stage": "offer", "product": "Pumpe", "opened_on": date(2026, 1, 1)})

        answer = sales.get("/reports/quarter.csv?quarter=2026-01-01")
        heading, first, before, *_ = csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
        cells = dict(zip(heading, first, strict=True))

        assert (cells["Abschlussquote in Prozent"], cells["Dauer bis zum Gewinn in Tagen"], cells["Offene Verkaufschancen"]) == (
            "57,1",
            "52",
            "1",
        )
        assert dict(zip(heading, before, strict=True))["Abschlussquote in Prozent"] == ""

    def test_on_paper_say_what_the_page_says(self, house, company, sales):
        sell(house, ended(company, product="Pumpe #1 *neu*", amount_cents=1_234_500))

        answer = sales.get("/reports/quarter.pdf?quarter=2026-01-01")
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)

        assert answer.mimetype == "application/pdf"
        assert "Quartalszahlen Q1 2026" in text and "Pumpe #1 *neu*" in text
        assert "12.345" in text

    def test_on_paper_say_of_product_region_and_group_all_that_the_page_says(self, house, company, sales):
        facts = {"region": "Nord", "opened_on": date(2026, 1, 1)}
        sell(
            house,
            ended(company, **facts, closed_on=date(2026, 2, 22), amount_cents=111_100),
            ended(company, "lost", **facts, closed_on=date(2026, 2, 22), amount_cents=222_200),
            {"company_id": company, "stage": "offer", **facts, "amount_cents": 333_300},
        )

        answer = sales.get("/reports/quarter.pdf?quarter=2026-01-01")
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)

        assert text.count("in Klammern die Zahl der Verkaufschancen") == 3
        by_region = text.partition("Q1 2026 nach Region")[2].partition("nach Kundengruppe")[0]
        for told in ("Verloren", "2.222", "Quote", "50 %", "Dauer", "52 Tage", "Offen", "3.333"):
            assert told in by_region.replace("\u00a0", " "), (told, by_region)


class TestARankingOfStaff:
    """§ 87 Abs. 1 Nr. 6 BetrVG; rules.md 3.13."""

    def sell(self, house, company, *members):
        for number, member in enumerate(members):
            sell(house, ended(company, owner_id=owner_of(house, member), amount_cents=1000 * (number + 1)))

    def ranking(self, reader):
        return reader.get(TestThePage.PATH).text.partition('id="h-ranking"')[2].partition("</section>")[0]

    def test_is_not_there_without_an_agreement_and_the_page_says_why(self, house, company, sales, management):
        self.sell(house, company, sales)

        for reader in (sales, management):
            assert "Nicht da: Dafür braucht es eine Betriebsvereinbarung" in self.ranking(reader)
            assert "Jule Brandt" not in self.ranking(reader)

    def test_is_there_while_one_stands(self, house, company, sales, management, colleague):
        self.sell(house, company, sales, colleague(Role.SALES, name="Anna Zimmer"))

        assert management.send("/reports/agreement", AGREEMENT).status_code == 303

        assert re.findall(r"Jule Brandt|Anna Zimmer", self.ranking(sales)) == ["Anna Zimmer", "Jule Brandt"]
        assert len(house.entries("agreement:stored")) == 1

    def test_is_gone_when_it_ends(self, house, company, sales, management):
        self.sell(house, company, sales)
        management.send("/reports/agreement", AGREEMENT)
        url = re.search(r"/reports/agreement/[0-9a-f]{32}/end", management.get("/reports/agreement").text).group(0)

        management.send(url)
        management.send(url)

        assert "Jule Brandt" not in self.ranking(sales)
        assert len(house.entries("agreement:ended")) == 1

    @pytest.mark.parametrize(("first", "last", "stands"), [(1, None, False), (0, 0, True), (-9, -1, False), (-9, 0, True)])
    def test_is_there_from_the_first_to_the_last_day(self, house, company, sales, management, first, last, stands):
        self.sell(house, company, sales)
        today = house.now.date()
        days = {"valid_from": today + timedelta(days=first), "valid_until": "" if last is None else today + timedelta(days=last)}

        management.send("/reports/agreement", {**AGREEMENT, **{name: str(day) for name, day in days.items()}})

        assert ("Jule Brandt" in self.ranking(sales)) is stands

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("kind", "handshake", "Wählen Sie, worauf die Auswertung beruht"),
            ("reference", " ", "Geben Sie an, wo die Vereinbarung zu finden ist"),
            ("valid_from", "", "ab wann sie gilt"),
            ("valid_until", "bald", "ab wann sie gilt"),
        ],
    )
    def test_that_rests_on_nothing_is_explained_at_the_field(self, house, management, field, typed, sentence):
        answer = management.send("/reports/agreement", {**AGREEMENT, field: typed})

        assert answer.status_code == 422
        assert sentence in error_at(answer, field)
        assert house.count(StaffAgreement) == 0

    def test_rests_on_one_agreement_at_a_time(self, house, management):
        for _twice in range(2):
            answer = management.send("/reports/agreement", AGREEMENT)

        assert "schon eine Grundlage" in error_at(answer, "valid_from")
        assert house.count(StaffAgreement) == 1
