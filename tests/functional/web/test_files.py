"""Files on the pages of companies and deals: kept, fetched, removed, refused with a sentence."""

import re
from io import BytesIO

import pytest
from flask import request

from crm.actor import Role
from crm.models.customer_file import CustomerFile
from crm.web.files import UPLOADS
from tests.functional.web.conftest import error_at, hidden
from tests.functional.web.test_deals import sold

OFFER = b"%PDF-1.7 geheim"


@pytest.fixture
def company(house):
    return house.add_company("Alpha GmbH")


def form(page, *, content=OFFER, file_name="angebot.pdf", **fields):
    known = {name: hidden(page, name) for name in ("token", "purpose")}
    return {**known, "name": "", "file": (BytesIO(content), file_name), **fields}


def keep(member, where, **changes):
    page = member.get(f"/files/new?{where}")
    return member.send(f"/files/new?{where}", form(page, **changes), content_type="multipart/form-data")


def file_url(page):
    return re.search(r'href="(/files/[0-9a-f]{32})"', page.text).group(1)


def test_kept_at_a_company_is_listed_and_fetched_as_a_harmless_file(sales, company):
    assert keep(sales, f"company={company}").location == f"/companies/{company}"

    page = sales.get(f"/companies/{company}")
    assert "angebot.pdf" in page.text
    answer = sales.get(file_url(page))
    assert answer.data == OFFER
    assert answer.headers["Content-Disposition"] == "attachment; filename=angebot.pdf"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_kept_at_a_deal_is_listed_there_and_at_its_company(sales, company):
    deal = sold(sales, company="Alpha GmbH")

    keep(sales, f"deal={deal.rpartition('/')[2]}", name="Unser Angebot")

    assert "Unser Angebot" in sales.get(deal).text
    assert "Unser Angebot" in sales.get(f"/companies/{company}").text


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"content": b""}, "file", "Bitte wählen Sie eine Datei aus"),
        ({"content": b"MZ\x90\x00"}, "file", "der Dateiname zählt nicht"),
        ({"content": b"%PDF-".ljust(6 * 1024 * 1024)}, "file", "größer als 5 MB"),
        ({"name": "x" * 130}, "name", "länger als 120 Zeichen"),
        ({"name": "", "file_name": " "}, "name", "einen Namen"),
    ],
)
def test_refused_says_why_at_the_field_and_keeps_what_was_typed(sales, house, company, wrong, field, sentence):
    answer = keep(sales, f"company={company}", **{"name": "Angebot Mai", **wrong})

    assert answer.status_code == 422
    assert sentence in error_at(answer, field)
    assert wrong.get("name", "Angebot Mai") in answer.text
    assert "wählen Sie die Datei noch einmal aus" in answer.text
    assert house.count(CustomerFile) == 0


def test_sent_twice_is_kept_once(sales, house, company):
    page = sales.get(f"/files/new?company={company}")
    for _ in range(2):
        assert sales.send(f"/files/new?company={company}", form(page), content_type="multipart/form-data").status_code == 303

    assert house.count(CustomerFile) == 1


def test_removed_after_a_question_is_gone_for_everybody(sales, house, company):
    keep(sales, f"company={company}")
    address = file_url(sales.get(f"/companies/{company}"))

    question = sales.get(f"{address}/remove")
    assert "angebot.pdf" in question.text
    assert house.count(CustomerFile) == 1
    assert sales.send(f"{address}/remove", {"purpose": hidden(question, "purpose")}).location == f"/companies/{company}"
    assert sales.get(address).status_code == 404
    assert house.count(CustomerFile) == 0


@pytest.mark.parametrize("where", ["", f"company={'0' * 32}", f"deal={'0' * 32}", "company=x"])
def test_about_nothing_there_is_no_form(sales, where):
    assert sales.get(f"/files/new?{where}").status_code in {404, 422}


def test_of_a_deal_is_not_for_service_which_sees_no_deals(sales, colleague, house):
    house.add_company("Alpha GmbH")
    deal_id = sold(sales, company="Alpha GmbH").rpartition("/")[2]

    assert colleague(Role.SERVICE).get(f"/files/new?deal={deal_id}").status_code == 404


@pytest.mark.parametrize("role", [Role.ACCOUNTING, Role.MARKETING, Role.MANAGEMENT], ids=str)
def test_other_roles_see_the_company_without_its_files(sales, colleague, company, role):
    keep(sales, f"company={company}")

    assert "angebot.pdf" not in colleague(role).get(f"/companies/{company}").text


def test_large_ones_stay_in_memory(app):
    sent = {"file": (BytesIO(b"%PDF-".ljust(2 * 1024 * 1024)), "angebot.pdf")}

    with app.test_request_context("/files/new", method="POST", data=sent):
        request.max_content_length = UPLOADS["files.add"]
        assert type(request.files["file"].stream) is BytesIO
