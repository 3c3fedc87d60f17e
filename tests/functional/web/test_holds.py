"""Löschsperren on their page: who may, what is asked for, and what is said at the field (§ 147(3) AO, Art. 17(3) DSGVO)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.actor import Role
from crm.models.erasure import ErasureJob
from crm.models.legal_hold import LegalHold
from crm.models.policy import PolicyVersion
from crm.privacy import pausing
from tests.functional.web.conftest import error_at


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY)


@pytest.fixture
def accounting(colleague):
    return colleague(Role.ACCOUNTING, "Bo Haltung")


def ask(house, visitor, days=60, **typed):
    sent = {"token": "b" * 32, "reason": "tax_audit", "reference": "Prüfung 2021 bis 2024", "scope": "RET-10", **typed}
    sent["review_on"] = (house.now + timedelta(days=days)).date().isoformat() if days is not None else ""
    return visitor.send("/holds/new", sent)


def hold_id(house):
    with house.database.reading() as session:
        return session.scalars(select(LegalHold.id)).one()


def test_is_asked_for_by_one_approved_by_another_and_ended(house, accounting, privacy):
    answer = ask(house, accounting)
    address = f"/holds/{hold_id(house)}"
    own = accounting.get("/holds").text
    waiting = privacy.get("/").text
    approved = privacy.send(f"{address}/approve", {}, follow_redirects=True).text
    reviewed = privacy.send(f"{address}/review", {"review_on": (house.now + timedelta(days=90)).date().isoformat()})
    ended = privacy.send(f"{address}/end", {}, follow_redirects=True).text

    assert answer.status_code == 303 and "gilt, wartet auf eine zweite Person" in own and "/approve" not in own
    assert "wartet auf Bestätigung oder Überprüfung" in waiting
    assert "Bo Haltung" in approved and "Prüfung 2021 bis 2024" in approved
    assert reviewed.status_code == 303 and "beendet von" in ended
    acts = [len(house.entries(f"hold:{act}")) for act in ("asked", "approved", "reviewed", "ended")]
    assert acts == [1, 1, 1, 1]
    assert "Prüfung 2021" not in "".join(house.entries("hold:asked"))


def test_nobody_approves_what_they_asked_for(house, privacy):
    ask(house, privacy)

    answer = privacy.send(f"/holds/{hold_id(house)}/approve", {})

    assert answer.status_code == 409 and "zweite Person" in answer.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reference": " "}, "reference"),
        ({"scope": ""}, "scope"),
        ({"scope": "RET-33"}, "scope"),
        ({"days": None}, "review_on"),
        ({"days": 400}, "review_on"),
    ],
)
def test_says_at_the_field_what_is_wrong_and_loses_nothing(house, accounting, typed, field):
    answer = ask(house, accounting, **{"reference": "Az. 7", **typed})

    assert answer.status_code == 422 and error_at(answer, field)
    assert field == "reference" or "Az. 7" in answer.text
    assert house.count(LegalHold) == 0


def test_asks_for_a_review_when_its_day_has_come(house, accounting, privacy, colleague):
    ask(house, accounting, days=1)
    privacy.send(f"/holds/{hold_id(house)}/approve", {})
    house.clock.advance(timedelta(days=2))

    later = colleague(Role.PRIVACY, "Lena Später")
    text = later.get("/holds").text
    refused = later.send(f"/holds/{hold_id(house)}/review", {"review_on": ""})

    assert "gilt, ist zu überprüfen" in text
    assert refused.status_code == 422 and "Tag der Überprüfung" in refused.text


def test_of_the_same_form_sent_twice_is_one(house, accounting):
    ask(house, accounting)
    ask(house, accounting)
    ask(house, accounting, reference="Eine andere Prüfung")

    assert house.count(LegalHold) == 2 and accounting.get("/holds/new").text.count('name="token"') == 1


def test_about_a_person_whose_id_is_none_is_not_about_a_whole_kind_of_data(house, accounting):
    assert ask(house, accounting, person="';--").status_code == 404
    assert house.count(LegalHold) == 0


def test_is_asked_for_from_the_page_of_a_person_who_then_cannot_be_let_go(house, accounting, privacy):
    person = house.take_in("precontract_request", last_contact_at=house.now - timedelta(days=800))
    form = privacy.get(f"/holds/new?person={person}").text
    ask(house, accounting, person=person)

    answer = privacy.send(f"/review/{person}/let-go", {})

    assert person[:8] in form and "Datenart" not in form
    assert answer.status_code in {404, 409} and house.count(ErasureJob) == 0


def test_runs_are_paused_with_a_reason_and_an_end_and_go_on(house, privacy):
    until = (house.now + timedelta(days=5)).date().isoformat()

    refused = privacy.send("/holds/pause", {"pause_reason": "Umzug des Servers", "until": ""})
    privacy.send("/holds/pause", {"pause_reason": "Umzug des Servers", "until": until})
    paused = privacy.get("/retention").text
    privacy.send("/holds/resume", {})

    assert refused.status_code == 422 and error_at(refused, "until") and "Umzug des Servers" in refused.text
    assert "vergisst kein Löschlauf etwas: Umzug des Servers" in paused
    assert "Umzug" not in privacy.get("/retention").text
    assert house.count(PolicyVersion, PolicyVersion.kind == pausing.KIND) == 2
