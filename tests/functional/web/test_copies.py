"""Requests for a copy at the desk: nothing goes out that the coordinator has not seen (Art. 12, 15, 20 DSGVO)."""

import pytest

from crm.actor import Role
from crm.models.request_case import CaseState
from tests.functional.web.test_requests import case_of, open_case, version_of

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY, "Paula Amt")


@pytest.fixture
def case_id(house, privacy):
    return open_case(house, privacy, house.take_in(), kind="access")


def send(browser, case_id, step, **fields):
    return browser.send(f"/requests/{case_id}/{step}", {"version": version_of(browser, case_id), **fields})


def test_is_composed_looked_at_and_handed_out(house, privacy, case_id):
    assert "So herausgeben" not in privacy.get(f"/requests/{case_id}").text

    assert send(privacy, case_id, "compose", words="Sonstwer").status_code == 303
    page = privacy.get(f"/requests/{case_id}").text
    assert "Angaben zu Ihrer Person" in page
    assert "Datensicherungen" in page
    paper, archive = privacy.get(f"/requests/{case_id}/copy"), privacy.get(f"/requests/{case_id}/archive")
    assert paper.data.startswith(b"%PDF")
    assert (archive.mimetype, archive.headers["Cache-Control"]) == ("application/zip", "no-store")

    assert send(privacy, case_id, "grant").status_code == 303
    assert case_of(house).state == CaseState.ANSWERING
    assert "Die Kopie wird herausgegeben." in privacy.get(f"/requests/{case_id}").text


def test_bad_input_says_what_is_wrong_and_loses_nothing(privacy, case_id):
    refused = send(privacy, case_id, "refuse", ground="unfounded", refusal=" ")
    assert (refused.status_code, "Bitte begründen Sie die Ablehnung" in refused.text) == (422, True)

    long = send(privacy, case_id, "compose", words="wort " * 200)
    assert (long.status_code, "wort wort" in long.text) == (422, True)
    assert "zusammengestellt" in send(privacy, case_id, "grant").text
    assert privacy.get(f"/requests/{case_id}/copy").status_code == 422


def test_management_decides_nothing_and_sales_reads_nothing(colleague, privacy, case_id):
    send(privacy, case_id, "compose")
    manager, seller = colleague(Role.MANAGEMENT, "Max Chef"), colleague(Role.SALES, "Vera Kauf")

    assert manager.get(f"/requests/{case_id}/archive").status_code == seller.get(f"/requests/{case_id}/copy").status_code == 403
    assert "Kopie ansehen" not in manager.get(f"/requests/{case_id}").text
