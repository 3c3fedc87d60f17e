"""Exports: a purpose that limits the columns, a reason, a second person above a limit, and a file that goes."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from crm.actor import Role
from crm.models.erasure import ErasureCause
from crm.models.export_file import ExportFile, ExportLine
from crm.privacy.erasure import eraser, job, run
from crm.services.exports import making, requesting
from crm.services.exports.policy import ExportPolicy
from tests.functional.web.conftest import FIELDS, begin_to_work, hidden

REASON = "Einladung zur Hausmesse, für die Druckerei Kolb"
COLUMNS = {"column_first_name": "1", "column_last_name": "1", "column_city": "1"}


@pytest.fixture
def people(house):
    ids = [house.take_in(fields={**FIELDS, "first_name": name}) for name in ("Anna", "Berta", "Cora")]
    house.build_index()
    return ids


@pytest.fixture
def coordinator(colleague):
    return colleague(Role.PRIVACY, "Karla Ruhland")


@pytest.fixture
def tight(monkeypatch):
    """Let one person alone export two rows, and nobody more than three."""
    monkeypatch.setattr(requesting, "export_policy", lambda: ExportPolicy(alone=2, most=3, keep_record_days=30))


def ask(member, path="/exports/contacts/new", **fields):
    page = member.get(path)
    values = {name: hidden(page, name) for name in ("token", "purpose")}
    return member.send(path.split("?")[0], {**values, **COLUMNS, "reason": REASON, **fields})


def file_url(member):
    found = re.search(r'href="(/exports/[0-9a-f]{32}/file)"', member.get("/exports").text)
    return found.group(1) if found else None


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def come_back(house, member):
    """Sign in again, after so many days."""
    with member.client.session_transaction() as cookie:
        cookie["_user_id"] = begin_to_work(house, member.member, Role.SALES)
    return member


def made(house):
    return [json.loads(leaf) for leaf in house.entries("export:made")]


def erase(house, person):
    with house.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=run.KEEPER, now=house.now)
    assert eraser.finish(house.database, vault=house.runtime.vault, clock=lambda: house.now) == 1


def test_begins_in_the_list_and_takes_what_it_shows(house, sales, people):
    assert "/exports/contacts/new" in sales.get("/contacts").text

    assert ask(sales).status_code == 303

    answer = sales.get(file_url(sales))
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert rows_of(answer) == [["Vorname", "Nachname", "Ort"], *([name, "Wehmeier", "Kassel"] for name in ("Anna", "Berta", "Cora"))]
    assert answer.headers["Cache-Control"] == "no-store"


def test_leaves_one_entry_that_names_number_and_groups(house, sales, people):
    """Art. 5(2) DSGVO."""
    ask(sales)

    (entry,) = made(house)
    assert (entry["cnt"], set(entry["f"]), entry["pur"], entry["a"]) == (
        3,
        {"identity", "address"},
        "business_contact",
        sales.member.pseudonym,
    )


def test_of_a_search_holds_its_hits_alone(sales, people):
    search = sales.search("Berta")

    link = re.search(r'href="(/exports/contacts/new\?[^"]+)"', search.text).group(1).replace("&amp;", "&")
    sealed = re.search(r"s=([^&]+)", link).group(1)
    assert ask(sales, link, s=sealed).status_code == 303

    assert [row[0] for row in rows_of(sales.get(file_url(sales)))[1:]] == ["Berta"]
    assert "Berta" not in link


@pytest.mark.parametrize("reason", ["", "   ", "weil", "x" * 501])
def test_needs_a_reason_and_keeps_what_was_chosen(sales, people, reason):
    answer = ask(sales, reason=reason)

    assert answer.status_code == 422
    assert 'id="f-reason-wrong"' in answer.text
    assert re.search(r'name="column_city"\s+value="1" checked', answer.text)
    assert file_url(sales) is None


def test_needs_a_column(sales, people):
    page = sales.get("/exports/contacts/new")
    answer = sales.send("/exports/contacts/new", {"token": hidden(page, "token"), "purpose": "business_contact", "reason": REASON})

    assert answer.status_code == 422
    assert "mindestens eine Spalte" in answer.text


def test_offers_the_columns_of_the_purpose_alone(house, sales, people):
    """Art. 5(1)(c) DSGVO."""
    house.take_in("sales_approach")
    house.build_index()
    sales.work_for("sales_approach")

    page = sales.get("/exports/contacts/new")
    ask(sales, column_email="1")

    assert "column_street" in page.text
    assert "column_email" not in page.text
    assert rows_of(sales.get(file_url(sales)))[0] == ["Vorname", "Nachname", "Ort"]


class TestPeople:
    """Art. 17(1), 18(1), 21 DSGVO."""

    def test_who_are_restricted_are_never_in_it(self, house, sales, people):
        house.restrict(people[1])

        ask(sales)

        assert [row[0] for row in rows_of(sales.get(file_url(sales)))[1:]] == ["Anna", "Cora"]

    def test_who_object_are_never_in_it(self, house, sales):
        _, objects = (house.take_in("sales_approach", fields={**FIELDS, "first_name": name}) for name in ("Anna", "Berta"))
        house.build_index()
        house.object_to_marketing(objects)
        sales.work_for("sales_approach")

        ask(sales)

        assert [row[0] for row in rows_of(sales.get(file_url(sales)))[1:]] == ["Anna"]

    def test_who_are_erased_take_the_file_along(self, house, sales, people):
        ask(sales)
        url = file_url(sales)

        erase(house, people[0])

        assert file_url(sales) is None
        answer = sales.get(url)
        assert answer.status_code == 400
        assert "nicht mehr" in answer.text
        making.make_all(house.database, settings=house.runtime.settings, clock=house.clock.now)
        assert house.count(ExportLine) == 0

    def test_who_are_restricted_later_close_the_file(self, house, sales, people):
        ask(sales)
        url = file_url(sales)

        house.restrict(people[0])

        assert sales.get(url).status_code == 400


class TestFile:
    def test_is_for_who_asked_alone(self, colleague, sales, people):
        ask(sales)

        other = colleague(Role.SALES, "Ole Fremd")

        assert other.get(file_url(sales)).status_code == 404
        assert file_url(other) is None

    def test_goes_after_seven_days_with_the_run_of_the_retention_schedule(self, house, sales, people):
        """Art. 5(1)(e) DSGVO; RET-36."""
        ask(sales)
        url = file_url(sales)

        house.clock.advance(timedelta(days=7))
        sales = come_back(house, sales)
        assert sales.get(url).status_code == 200
        house.clock.advance(timedelta(days=1))
        sales = come_back(house, sales)

        assert sales.get(url).status_code == 400
        day = house.now.date()
        assert run.run_for(house.database, vault=house.runtime.vault, day=day, clock=house.clock.now).counts["RET-36"] == 1
        assert house.count(ExportLine) == 0
        assert len(house.entries("export:expired")) == 1

    @pytest.mark.parametrize("sign", ["=1+1", "+49 561", "-2", "@SUM(A1)", "\tx"])
    def test_holds_no_formula(self, house, sales, sign):
        house.take_in(fields={**FIELDS, "city": f"{sign}"})
        house.build_index()

        ask(sales)

        cell = rows_of(sales.get(file_url(sales)))[1][2]
        assert cell.startswith("'") or not cell.startswith(("=", "+", "-", "@", "\t"))
        assert cell.removeprefix("'") == sign

    def test_lies_sealed(self, house, sales, people):
        """Art. 32(1)(a) DSGVO."""
        ask(sales)

        state = house.snapshot()
        assert not any(word in row for name in ("export_file", "export_line") for row in state[name] for word in ("Wehmeier", "Kolb"))

    def test_sent_twice_is_made_once(self, house, sales, people):
        page = sales.get("/exports/contacts/new")
        fields = {**COLUMNS, "token": hidden(page, "token"), "purpose": "business_contact", "reason": REASON}

        answers = [sales.send("/exports/contacts/new", fields).status_code for _ in range(2)]

        assert answers == [303, 303]
        assert house.count(ExportFile) == 1


@pytest.mark.usefixtures("tight")
class TestLimits:
    """Art. 25(2), 32 DSGVO."""

    def test_above_the_first_a_second_person_agrees(self, house, sales, people, coordinator):
        ask(sales)
        assert file_url(sales) is None
        assert "Exporte zur Freigabe" in coordinator.get("/").text
        assert "Exporte zur Freigabe" not in sales.get("/").text
        assert "wartet auf Freigabe" in sales.get("/exports").text
        page = coordinator.get("/exports")
        assert REASON in page.text

        url = re.search(r'action="(/exports/[0-9a-f]{32}/approve)"', page.text).group(1)
        assert coordinator.send(url).status_code == 303
        making.make_all(house.database, settings=house.runtime.settings, clock=house.clock.now)

        assert len(rows_of(sales.get(file_url(sales)))) == 4
        assert coordinator.send(url).status_code == 400

    def test_small_ones_of_one_day_add_up(self, house, sales, people):
        search = "/exports/contacts/new" + sales.search("Berta").text.partition("/exports/contacts/new")[2].partition('"')[0]
        link = search.replace("&amp;", "&")
        for _ in range(2):
            ask(sales, link, s=re.search(r"s=([^&]+)", link).group(1))
            assert "wartet auf Freigabe" not in sales.get("/exports").text

        assert "am Tag" in sales.get(link).text
        ask(sales, link, s=re.search(r"s=([^&]+)", link).group(1))

        assert "wartet auf Freigabe" in sales.get("/exports").text

    def test_a_refusal_forgets_whom_it_would_have_held(self, house, sales, people, coordinator):
        ask(sales)
        url = re.search(r'action="(/exports/[0-9a-f]{32}/refuse)"', coordinator.get("/exports").text).group(1)

        coordinator.send(url)

        assert house.count(ExportLine) == 0
        assert "abgelehnt" in sales.get("/exports").text

    def test_sales_decide_nothing(self, house, colleague, sales, people):
        ask(sales)
        url = f"/exports/{'a' * 32}/approve"

        assert sales.send(url).status_code == 403

    def test_above_the_second_there_is_none(self, house, sales, people):
        house.take_in()
        house.build_index()

        answer = ask(sales)

        assert answer.status_code == 422
        assert "so viele verlassen Lethe nie" in answer.text


def test_of_companies_holds_companies_and_no_sole_trader(house, sales):
    house.add_company("Brückner Pumpenbau GmbH", segment="Maschinenbau")
    house.add_sole_trader("Malerei Huber")
    assert "/exports/companies/new" in sales.get("/companies").text

    page = sales.get("/exports/companies/new")
    fields = {"token": hidden(page, "token"), "purpose": "business_contact", "column_name": "1", "column_segment": "1", "reason": REASON}
    sales.send("/exports/companies/new", fields)

    assert rows_of(sales.get(file_url(sales))) == [["Name", "Segment"], ["Brückner Pumpenbau GmbH", "Maschinenbau"]]
    assert [(entry["cnt"], entry.get("f")) for entry in made(house)] == [(1, None)]
