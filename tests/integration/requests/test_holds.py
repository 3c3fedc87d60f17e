"""A request for erasure of what is under a Löschsperre: kept, restricted, and the answer says so (Art. 17(3)(b), (e), 18(2) DSGVO)."""

from datetime import timedelta

import pytest

from crm.models.request_case import CaseState
from crm.privacy import hold_acts
from crm.privacy.hold_acts import NewHold
from crm.privacy.requests.choices import Verdict, Wish
from crm.privacy.requests.errors import UnderHoldError
from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround, Refusal
from tests.integration.requests.conftest import COLLEAGUE, HOURS_72, PRIVACY

ERASE = Wish(verdict=Verdict.ERASE, ground=ErasureGround.NOT_NEEDED, reason="Er will es so")


def hold(desk, *, reason="litigation", **scope):
    review_on = desk.now.date() + timedelta(days=200)
    with desk.database.writing() as session:
        new = NewHold(reason=reason, reference="12 O 34/26", review_on=review_on, **scope)
        hold_id = hold_acts.ask(session, new, actor=COLLEAGUE, now=desk.now).id
        hold_acts.approve(session, hold_id=hold_id, actor=PRIVACY, now=desk.now)
    return review_on


def keeps(desk, case_id):
    return {each.kind: (each.verdict, each.keep, each.until) for each in desk.read(case_id).choices}


def test_is_kept_restricted_and_decision_and_letter_say_why_and_until_when(desk):
    person = desk.take_in()
    desk.note(person)
    review_on = hold(desk, subject_id=person)
    case_id = desk.open(person)

    refused = Wish(verdict=Verdict.REFUSE, refusal=Refusal.LEGAL_CLAIMS, reason="Die Notizen sind Beweis.")
    desk.decide(case_id, {DataKind.NOTES: refused})
    desk.execute()
    said = " ".join(" ".join(message.get_body(("plain",)).get_content() for message in desk.send().taken).split())

    found = keeps(desk, case_id)
    assert found[DataKind.PROFILE] == (Verdict.KEEP, KeepGround.LITIGATION, review_on)
    assert found[DataKind.NOTES][0] is Verdict.REFUSE
    assert "Löschsperre wegen eines Rechtsstreits" in said
    assert desk.state_of(person) == "living"


@pytest.mark.parametrize("kind", [DataKind.PROFILE, DataKind.NOTES])
def test_cannot_be_erased_by_a_decision(desk, kind):
    person = desk.take_in()
    desk.note(person)
    hold(desk, subject_id=person)
    case_id = desk.open(person)

    with pytest.raises(UnderHoldError):
        desk.decide(case_id, {kind: ERASE})


def test_is_not_carried_out_when_the_hold_came_while_it_cooled_and_waits_for_another_decision(desk):
    person = desk.take_in()
    case_id = desk.open(person)
    desk.decide(case_id)
    hold(desk, subject_id=person)
    desk.clock.advance(HOURS_72)

    desk.execute()
    state = desk.case(case_id).state
    desk.decide(case_id)

    assert state == CaseState.OPEN and desk.state_of(person) == "living"
    assert keeps(desk, case_id)[DataKind.PROFILE][0] is Verdict.KEEP


def test_of_a_kind_of_documents_keeps_those_whose_duty_is_over_and_lets_the_profile_go(desk):
    person = desk.take_in()
    desk.file_document(person, keep_until=desk.now.date() - timedelta(days=1))
    review_on = hold(desk, reason="tax_audit", rule="RET-10")
    case_id = desk.open(person)

    desk.decide(case_id)
    desk.clock.advance(HOURS_72)
    desk.execute()

    assert desk.state_of(person) == "erased"
    assert keeps(desk, case_id)[DataKind.VOUCHERS] == (Verdict.KEEP, KeepGround.TAX_AUDIT, review_on)
