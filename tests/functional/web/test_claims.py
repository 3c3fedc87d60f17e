"""Restriction, rectification and objections with reasons at the desk (Art. 16, 18, 21(1) DSGVO)."""

import re

import pytest

from crm.actor import Role
from crm.models.request_case import CaseState
from crm.privacy.restriction import RestrictionReason
from tests.functional.web.test_requests import case_of, open_case, reasons_of, version_of

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
PENDING = RestrictionReason.OBJECTION_PENDING
REASON = "Ihre Rechnung von März ist noch offen."


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY, "Paula Amt")


@pytest.fixture
def person(house):
    return house.take_in()


def settle(browser, case_id, **fields):
    return browser.send(f"/requests/{case_id}/settle", {"version": version_of(browser, case_id), **fields})


def seen_in(page):
    return page.partition('name="seen" value="')[2].partition('"')[0]


class TestRestriction:
    def test_is_imposed_on_the_ground_that_is_chosen(self, house, privacy, person):
        case_id = open_case(house, privacy, person, kind="restriction")
        assert reasons_of(house, person) == ()

        assert settle(privacy, case_id, **{"claim-ground": "unlawful"}).status_code == 303

        assert reasons_of(house, person) == (RestrictionReason.UNLAWFUL,)
        assert case_of(house).state == CaseState.ANSWERING
        assert "Dem Antrag wird gefolgt. Grund: Unrechtmäßig" in privacy.get(f"/requests/{case_id}").text

    def test_is_refused_with_a_reason_and_nothing_typed_is_lost(self, house, privacy, person):
        case_id = open_case(house, privacy, person, kind="restriction")

        wrong = settle(privacy, case_id, verdict="refuse", **{"claim-refused-on": "unfounded", "claim-refusal": " "})
        assert (wrong.status_code, 'value="unfounded" selected' in wrong.text) == (422, True)
        assert settle(privacy, case_id, **{"claim-ground": "time_up"}).status_code == 422
        assert settle(privacy, case_id, verdict="refuse", **{"claim-refused-on": "compelling"}).status_code == 422
        done = settle(privacy, case_id, verdict="refuse", **{"claim-refused-on": "no_case", "claim-refusal": REASON})

        assert done.status_code == 303
        assert REASON in privacy.get(f"/requests/{case_id}").text
        assert reasons_of(house, person) == ()


class TestRectification:
    def test_compares_and_takes_over_field_by_field(self, house, privacy, person):
        case_id = open_case(house, privacy, person, kind="rectification")
        page = privacy.get(f"/requests/{case_id}").text
        assert "Vergleichen und berichtigen" in page
        typed = {"seen": seen_in(page), "claim-right-last_name": "Neuer-Name", "claim-right-email": "kaputt"}

        wrong = settle(privacy, case_id, **typed)
        assert (wrong.status_code, "Neuer-Name" in wrong.text, "keine vollständige E-Mail-Adresse" in wrong.text) == (422, True, True)
        left = {"claim-choice-email": "leave", "claim-reason-email": REASON}
        assert settle(privacy, case_id, **typed, **left).status_code == 303

        page = privacy.get(f"/requests/{case_id}").text
        assert "Dem Antrag wird zum Teil gefolgt." in page
        assert f"nicht übernommen: {REASON}" in page
        assert "Neuer-Name" in privacy.get(f"/contacts/{person}/rights").text or "Neuer-Name" in page

    def test_removes_a_value_and_refuses_what_was_compared_with_another_state(self, house, privacy, person):
        case_id = open_case(house, privacy, person, kind="rectification")
        seen = seen_in(privacy.get(f"/requests/{case_id}").text)

        assert settle(privacy, case_id, seen="77", **{"claim-right-city": "Ulm"}).status_code == 409
        assert settle(privacy, case_id, seen=seen).status_code == 422
        assert settle(privacy, case_id, seen=seen, **{"claim-choice-email": "burn"}).status_code == 422
        assert settle(privacy, case_id, seen=seen, **{"claim-choice-email": "remove"}).status_code == 303


class TestObjection:
    def test_restricts_at_once_and_ends_what_is_ticked(self, house, privacy, person):
        case_id = open_case(house, privacy, person, kind="use_objection", message="Ich werde belästigt.")
        assert reasons_of(house, person) == (PENDING,)
        assert "Abwägen" in privacy.get(f"/requests/{case_id}").text

        assert settle(privacy, case_id, **{"claim-weighing": "x"}).status_code == 422
        assert settle(privacy, case_id, **{"claim-purpose-business_contact": "1"}).status_code == 303

        page = privacy.get(f"/requests/{case_id}").text
        assert "Beendet" in page
        assert reasons_of(house, person) == (PENDING,)

    def test_is_refused_only_after_weighing(self, house, privacy, person):
        case_id = open_case(house, privacy, person, kind="use_objection")
        refused = {"verdict": "refuse", "claim-refused-on": "compelling", "claim-refusal": REASON}

        wrong = settle(privacy, case_id, **refused)
        assert (wrong.status_code, "Ohne Abwägung" in wrong.text, REASON in wrong.text) == (422, True, True)
        assert settle(privacy, case_id, **refused, **{"claim-weighing": "Sie wird belästigt."}).status_code == 303
        assert "Für die Person sprach" in privacy.get(f"/requests/{case_id}").text


def test_others_settle_nothing_and_the_officer_reads(house, colleague, privacy, person):
    case_id = open_case(house, privacy, person, kind="rectification")
    officer, seller = colleague(Role.DPO, "Dora Rat"), colleague(Role.SALES, "Vera Kauf")

    assert "Vergleichen und berichtigen" not in officer.get(f"/requests/{case_id}").text
    assert officer.send(f"/requests/{case_id}/settle", {}).status_code == seller.send(f"/requests/{case_id}/settle", {}).status_code == 403


def test_recipients_are_added_and_ticked_off_with_a_proof(house, privacy, person):
    case_id = open_case(house, privacy, person, kind="restriction")
    assert "Empfänger verständigen" not in privacy.get(f"/requests/{case_id}").text
    settle(privacy, case_id, **{"claim-ground": "unlawful"})

    def note(**fields):
        return privacy.send(f"/requests/{case_id}/recipients", {"version": version_of(privacy, case_id), **fields})

    assert note(**{"recipient-name": " "}).status_code == 422
    assert note(**{"recipient-name": "Spedition Weser"}).status_code == 303
    page = privacy.get(f"/requests/{case_id}").text
    assert "noch nicht mitgeteilt" in page
    key = re.search(r'name="recipient" value="(\w+)"', page)[1]
    wrong = note(recipient=key, **{f"recipient-day-{key}": "2026-11-23", f"recipient-proof-{key}": " "})
    assert (wrong.status_code, "womit sich die Mitteilung belegen" in wrong.text) == (422, True)
    assert note(recipient=key, **{f"recipient-day-{key}": "2026-11-23", f"recipient-proof-{key}": "Fax mit Bericht"}).status_code == 303
    page = privacy.get(f"/requests/{case_id}").text
    assert "Fax mit Bericht" in page
    assert "noch nicht mitgeteilt" not in page
