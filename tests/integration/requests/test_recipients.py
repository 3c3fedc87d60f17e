"""Whoever has received data is told of what became of them, and that is proven (Art. 19 DSGVO)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crm.models.request_case import CaseKind
from crm.privacy import exporting, purposes
from crm.privacy.requests import order, recipients, settling
from crm.privacy.requests.claims import ClaimRefusal
from crm.privacy.requests.errors import CaseStateError, CoordinatorOnlyError, NotOfferedError, TextTooLongError
from crm.privacy.requests.recipient_errors import RecipientDayError, RecipientNameMissingError, RecipientProofMissingError
from crm.privacy.restriction import RestrictionReason
from tests.integration.requests.conftest import DPO, HOURS_72, MONDAY, SALES

ONE_ENGINE = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
PROOF = "E-Mail an datenschutz@spedition.example vom selben Tag"


@pytest.fixture
def person(desk):
    """Somebody whose card a colleague has saved."""
    taken = desk.take_in()
    with desk.database.writing() as session:
        purpose = purposes.find_all(session).get("business_contact")
        exporting.open_card(session, subject_id=taken, purpose=purpose, actor=SALES, now=desk.now)
    return taken


def restricted(desk, person):
    case_id = desk.open(person, kind=CaseKind.RESTRICTION)
    desk.do(settling.restrict, case_id, ground=RestrictionReason.UNLAWFUL)
    return case_id


def tell(desk, case_id, key, *, told_on=MONDAY, proof=PROOF, **facts):
    return desk.do(recipients.tell, case_id, key=key, told_on=told_on, proof=proof, **facts)


def test_who_took_a_card_along_and_whom_purposes_name_stand_in_the_case(desk, person, monkeypatch):
    known = purposes.find_all

    def named(session):
        return purposes.Purposes([replace(each, recipients=("Lettershop Nord",)) for each in known(session)])

    monkeypatch.setattr(recipients.purposes, "find_all", named)

    case_id = restricted(desk, person)

    found = {(each.kind, each.name, each.purpose) for each in desk.read(case_id).recipients}
    assert {("card", "", "business_contact"), ("purpose", "Lettershop Nord", "business_contact")} <= found
    assert desk.read(case_id, actor=DPO).recipients


def test_each_is_ticked_off_with_a_proof_also_after_the_answer(desk, person):
    case_id = restricted(desk, person)
    [card] = desk.read(case_id).recipients
    desk.execute()
    desk.send()
    desk.execute()

    tell(desk, case_id, card.key)
    desk.do(recipients.add, case_id, name="Spedition  Weser")

    told, added = desk.read(case_id).recipients
    assert (told.told_on, told.proof, added.name, added.told_on) == ("2026-11-23", PROOF, "Spedition Weser", "")
    assert len(desk.entries("request:recipient_noted")) == 2
    with desk.database.reading() as session:
        assert order.is_sound(session, desk.case(case_id))


def test_outlive_the_person_whom_the_case_erases(desk, person):
    case_id = desk.open(person)
    desk.decide(case_id)
    with pytest.raises(CaseStateError):
        desk.do(recipients.add, case_id, name="Spedition")
    desk.clock.advance(HOURS_72)
    desk.execute()

    [card] = desk.read(case_id).recipients
    tell(desk, case_id, card.key, told_on=MONDAY + timedelta(days=3))

    assert desk.read(case_id).recipients[0].proof == PROOF


@ONE_ENGINE
def test_bad_input_changes_nothing(desk, person):
    case_id = restricted(desk, person)
    [card] = desk.read(case_id).recipients

    for facts, error in (
        ({"key": "nobody"}, NotOfferedError),
        ({"told_on": None}, RecipientDayError),
        ({"told_on": date(2026, 11, 22)}, RecipientDayError),
        ({"told_on": date(2026, 11, 24)}, RecipientDayError),
        ({"proof": " "}, RecipientProofMissingError),
        ({"proof": "x" * 601}, TextTooLongError),
        ({"actor": DPO}, CoordinatorOnlyError),
    ):
        with pytest.raises(error):
            tell(desk, case_id, **{"key": card.key, **facts})
    with pytest.raises(RecipientNameMissingError):
        desk.do(recipients.add, case_id, name=" ")
    assert desk.read(case_id).recipients == (card,)


@ONE_ENGINE
def test_nobody_is_told_of_what_did_not_happen(desk, person):
    refused, copy = desk.open(person, kind=CaseKind.RESTRICTION), desk.open(person, kind=CaseKind.ACCESS)
    desk.do(settling.refuse, refused, ground=ClaimRefusal.NO_CASE, weighing="", reason="Alles stimmt.")

    assert desk.read(refused).recipients == ()
    with pytest.raises(CaseStateError):
        desk.do(recipients.add, copy, name="Spedition")
