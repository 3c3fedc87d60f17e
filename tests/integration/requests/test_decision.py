"""Deciding: who may, on what, with whom, and what stops it."""

from datetime import date, timedelta

import pytest

from crm.models.request_case import CaseState, Identity
from crm.privacy import consent, objection, restriction, suppression
from crm.privacy.objection import Heard
from crm.privacy.purposes import Channel
from crm.privacy.requests import decision
from crm.privacy.requests.choices import Choice, Verdict, Wish, stored_choices
from crm.privacy.requests.errors import (
    CaseChangedError,
    CaseStateError,
    ChoiceNotPossibleError,
    CoordinatorOnlyError,
    ErasureReasonMissingError,
    IdentityNoteMissingError,
    IdentityOpenError,
    NobodyFoundError,
    NotesGoTooError,
    ReasonMissingError,
    SecondPersonError,
    SeveralPersonsError,
)
from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround, Refusal, StopReason
from crm.privacy.requests.proposal import propose
from crm.privacy.restriction import RestrictionReason
from tests.integration.requests.conftest import COLLEAGUE, DPO, HOURS_72, MANAGEMENT, PRIVACY, SALES, ZONE

ERASE, KEEP, REFUSE = Verdict.ERASE, Verdict.KEEP, Verdict.REFUSE


def proposal(desk, *subject_ids):
    with desk.database.reading() as session:
        lines = propose(session, subject_ids=subject_ids, zone=ZONE, now=desk.now)
    return {line.choice.kind: line.choice for line in lines}


class TestProposal:
    """Art. 17(1), 17(3)(b), (e) DSGVO."""

    def test_lets_profile_and_notes_of_a_contact_person_go_and_keeps_only_evidence(self, desk):
        person = desk.take_in()
        desk.note(person)

        found = proposal(desk, person)

        assert {kind: each.verdict for kind, each in found.items()} == {
            DataKind.PROFILE: ERASE,
            DataKind.NOTES: ERASE,
            DataKind.CONSENTS: KEEP,
            DataKind.CASE_FILE: KEEP,
        }
        assert found[DataKind.CASE_FILE].until == date(2029, 12, 31)

    def test_keeps_vouchers_as_long_as_the_statute_says(self, desk):
        person = desk.take_in()
        desk.file_document(person, keep_until=date(2034, 12, 31))

        voucher = proposal(desk, person)[DataKind.VOUCHERS]

        assert (voucher.verdict, voucher.keep, voucher.until) == (KEEP, KeepGround.RETENTION_DUTY, date(2034, 12, 31))
        assert voucher.source.startswith("DSGVO Art. 17(3)(b); HGB § 257")
        assert "AO § 147" in voucher.source
        assert voucher.ground is None

    @pytest.mark.parametrize(("keep_until", "verdict"), [(date(2026, 11, 23), KEEP), (date(2026, 11, 22), ERASE)])
    def test_lets_a_document_go_the_day_after_its_duty_ends(self, desk, keep_until, verdict):
        person = desk.take_in()
        desk.file_document(person, rule="RET-11", keep_until=keep_until)

        assert proposal(desk, person)[DataKind.LETTERS].verdict is verdict

    def test_refuses_while_a_contract_runs_and_keeps_for_claims_after_it(self, desk):
        person = desk.take_in("contract_person")
        running = proposal(desk, person)[DataKind.PROFILE]
        desk.end_contract(person)
        ended = proposal(desk, person)[DataKind.PROFILE]

        assert (running.verdict, running.refusal) == (REFUSE, Refusal.STILL_NEEDED)
        assert (ended.verdict, ended.keep, ended.until) == (KEEP, KeepGround.LEGAL_CLAIMS, date(2029, 12, 31))


class TestGround:
    """Art. 17(1) DSGVO: what has happened says why the data have to go."""

    def test_is_that_the_data_are_no_longer_needed_where_nothing_else_has_happened(self, desk):
        person = desk.take_in()
        desk.note(person)

        found = proposal(desk, person)

        assert {found[kind].ground for kind in (DataKind.PROFILE, DataKind.NOTES)} == {ErasureGround.NOT_NEEDED}
        assert found[DataKind.CASE_FILE].ground is None

    def test_is_a_withdrawn_consent_unless_another_one_stands(self, desk):
        person = desk.take_in()
        give(desk, person, "newsletter", Channel.EMAIL)
        give(desk, person, "phone_advertising", Channel.PHONE)
        withdraw(desk, person, "newsletter", Channel.EMAIL)
        assert proposal(desk, person)[DataKind.PROFILE].ground is ErasureGround.NOT_NEEDED

        withdraw(desk, person, "phone_advertising", Channel.PHONE)

        assert proposal(desk, person)[DataKind.PROFILE].ground is ErasureGround.WITHDRAWN

    def test_is_an_objection_to_advertising_as_long_as_it_stands(self, desk):
        person = desk.take_in()
        with desk.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, channel=None, origin=Heard.CALL, actor=SALES, now=desk.now)

        assert proposal(desk, person)[DataKind.PROFILE].ground is ErasureGround.OBJECTED

    def test_is_before_all_others_that_the_data_are_used_unlawfully(self, desk):
        person = desk.take_in()
        with desk.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, channel=None, origin=Heard.CALL, actor=SALES, now=desk.now)
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.UNLAWFUL, actor=PRIVACY, now=desk.now)

        assert proposal(desk, person)[DataKind.PROFILE].ground is ErasureGround.UNLAWFUL

    def test_of_a_document_is_that_its_duty_is_over(self, desk):
        person = desk.take_in()
        desk.file_document(person, keep_until=date(2026, 11, 22))
        with desk.database.writing() as session:
            restriction.impose(session, subject_ids=[person], reason=RestrictionReason.UNLAWFUL, actor=PRIVACY, now=desk.now)

        assert proposal(desk, person)[DataKind.VOUCHERS].ground is ErasureGround.NOT_NEEDED

    def test_is_decided_and_entered_with_the_case_and_can_be_another_one_without_a_reason(self, desk):
        person = desk.take_in()
        desk.note(person)
        case_id = desk.open(person)

        desk.decide(case_id, {DataKind.PROFILE: Wish(verdict=ERASE, ground=ErasureGround.LEGAL_DUTY)})

        grounds = {each.kind: each.ground for each in desk.read(case_id).choices if each.verdict is ERASE}
        assert grounds == {DataKind.PROFILE: ErasureGround.LEGAL_DUTY, DataKind.NOTES: ErasureGround.NOT_NEEDED}
        assert '"lb":"17-1-a,17-1-e"' in desk.entries("request:decided")[0]

    def test_comes_from_the_person_where_the_decision_departs_to_erase(self, desk):
        person = desk.take_in("contract_person")
        with desk.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, channel=None, origin=Heard.CALL, actor=SALES, now=desk.now)
        case_id = desk.open(person)

        desk.decide(case_id, {DataKind.PROFILE: Wish(verdict=ERASE, reason="Der Vertrag ist erfüllt.")})

        [profile, *_] = desk.read(case_id).choices
        assert profile.ground is ErasureGround.OBJECTED

    def test_is_named_in_the_answer(self, desk):
        case_id = desk.open(desk.take_in())
        desk.decide(case_id, {DataKind.PROFILE: Wish(verdict=ERASE, ground=ErasureGround.UNLAWFUL)})
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert "unrechtmäßig verarbeitet (Art. 17 Abs. 1 lit. d DSGVO)" in desk.read(case_id).answer["text"]

    def test_is_absent_in_decisions_of_earlier_versions(self):
        stored = Choice(kind=DataKind.PROFILE, verdict=ERASE).as_stored()
        del stored["ground"]

        assert stored_choices({"choices": [stored]})[0].ground is None


def give(desk, person, purpose, channel):
    with desk.database.writing() as session:
        evidence = {"wording": "Ja.", "language": "de", "evidence": {"how": "Formular"}, "given_at": desk.now}
        consent.give(session, subject_id=person, purpose=purpose, channel=channel, **evidence, actor=SALES, now=desk.now)


def withdraw(desk, person, purpose, channel):
    with desk.database.writing() as session:
        consent.withdraw(session, subject_id=person, purpose=purpose, channel=channel, actor=SALES, now=desk.now)


class TestDecide:
    """Art. 12(3), 12(6), 17 DSGVO."""

    def test_waits_for_the_cooling_time_when_one_person_goes(self, desk):
        case = desk.decide(desk.open(desk.take_in()))

        assert (case.state, case.execute_at) == (CaseState.COOLING, desk.now + HOURS_72)
        assert '"res":"erase"' in desk.entries("request:decided")[0]

    @pytest.mark.parametrize(("keep_until", "state"), [(date(2034, 12, 31), CaseState.SECOND), (date(2026, 11, 22), CaseState.COOLING)])
    def test_waits_for_a_second_person_when_a_document_goes_that_a_statute_demands(self, desk, keep_until, state):
        """Art. 17(3)(b) DSGVO."""
        person = desk.take_in()
        desk.file_document(person, keep_until=keep_until)
        case_id = desk.open(person)

        desk.decide(case_id, {DataKind.VOUCHERS: Wish(verdict=ERASE, reason="Falsch abgelegt.")})

        assert desk.case(case_id).state == state

    def test_waits_for_a_second_person_when_two_go(self, desk):
        case = desk.decide(desk.open(desk.take_in(), desk.take_in(email="b@example.com")))

        assert (case.state, case.execute_at) == (CaseState.SECOND, None)

    def test_is_about_one_person_because_there_is_one_answer(self, desk):
        person, other = desk.take_in(), desk.take_in(first_name="Ottilie", email="zwei@example.com")
        case_id = desk.open(person, other)

        with pytest.raises(SeveralPersonsError):
            desk.decide(case_id)

        assert desk.case(case_id).state == CaseState.OPEN
        desk.do(decision.dismiss, case_id, subject_id=other)
        assert desk.decide(case_id).state == CaseState.COOLING

    def test_is_answered_at_once_when_nothing_is_destroyed(self, desk):
        person = desk.take_in("contract_person")
        case_id = desk.open(person)
        with pytest.raises(ReasonMissingError):
            desk.decide(case_id)

        case = desk.decide(case_id, {DataKind.PROFILE: Wish(verdict=REFUSE, refusal=Refusal.STILL_NEEDED, reason="Der Vertrag läuft.")})

        assert case.state == CaseState.ANSWERING

    def test_departs_from_the_proposal_only_with_a_reason(self, desk):
        case_id = desk.open(desk.take_in())
        claims = {"verdict": REFUSE, "refusal": Refusal.LEGAL_CLAIMS}
        with pytest.raises(ReasonMissingError):
            desk.decide(case_id, {DataKind.PROFILE: Wish(**claims)})
        assert desk.case(case_id).state == CaseState.OPEN

        desk.decide(case_id, {DataKind.PROFILE: Wish(**claims, reason="Klage vor dem LG Kassel.")})

        [profile, *_] = desk.read(case_id).choices
        assert (profile.refusal, profile.reason) == (Refusal.LEGAL_CLAIMS, "Klage vor dem LG Kassel.")

    def test_says_of_a_missing_reason_whether_the_person_will_read_it(self, desk):
        person = desk.take_in()
        desk.file_document(person)
        case_id = desk.open(person)

        with pytest.raises(ErasureReasonMissingError, match="steht nicht in der Antwort"):
            desk.decide(case_id, {DataKind.VOUCHERS: Wish(verdict=ERASE)})
        with pytest.raises(ReasonMissingError, match="er steht in der Antwort"):
            desk.decide(case_id, {DataKind.PROFILE: Wish(verdict=KEEP)})

    def test_keeps_no_notes_of_a_profile_that_goes(self, desk):
        person = desk.take_in()
        desk.note(person)

        with pytest.raises(NotesGoTooError):
            desk.decide(
                desk.open(person), {DataKind.NOTES: Wish(verdict=REFUSE, refusal=Refusal.LEGAL_CLAIMS, reason="Beleg für einen Streit.")}
            )

    def test_leaves_the_file_of_the_case_to_nobodys_choice(self, desk):
        with pytest.raises(ChoiceNotPossibleError):
            desk.decide(desk.open(desk.take_in()), {DataKind.CASE_FILE: Wish(verdict=ERASE, reason="Weg damit.")})

    @pytest.mark.parametrize("identity", [Identity.DOUBTFUL, Identity.UNCHECKED])
    def test_stops_until_it_is_settled_whose_request_this_is(self, desk, identity):
        case_id = desk.open(desk.take_in(), identity=identity)
        with pytest.raises(IdentityOpenError):
            desk.decide(case_id)
        with pytest.raises(IdentityNoteMissingError):
            desk.do(decision.note_identity, case_id, identity=Identity.KNOWN, note="  ")

        desk.do(decision.note_identity, case_id, identity=Identity.KNOWN, note="Rückruf unter der bekannten Nummer.")

        assert desk.decide(case_id).state == CaseState.COOLING
        assert desk.read(case_id).identity_note == "Rückruf unter der bekannten Nummer."

    def test_may_be_refused_because_nobody_knows_whose_request_it_is(self, desk):
        case_id = desk.open(desk.take_in(), identity=Identity.DOUBTFUL)

        case = desk.decide(
            case_id, {DataKind.PROFILE: Wish(verdict=REFUSE, refusal=Refusal.NOT_IDENTIFIED, reason="Keine Antwort auf die Rückfrage.")}
        )

        assert case.state == CaseState.ANSWERING

    def test_says_that_nothing_is_held_only_where_nobody_was_found(self, desk):
        somebody, nobody = desk.open(desk.take_in()), desk.open()
        with pytest.raises(CaseStateError):
            desk.do(decision.decide_nothing_held, somebody)
        with pytest.raises(NobodyFoundError):
            desk.decide(nobody)

        assert desk.do(decision.decide_nothing_held, nobody).state == CaseState.ANSWERING

    @pytest.mark.parametrize("actor", [DPO, MANAGEMENT, SALES], ids=lambda actor: actor.role)
    def test_is_the_coordinators_alone(self, desk, actor):
        case_id = desk.open(desk.take_in())

        with pytest.raises(CoordinatorOnlyError):
            desk.decide(case_id, actor=actor)
        with pytest.raises(CoordinatorOnlyError):
            desk.do(decision.stop, case_id, actor=actor, reason=StopReason.IMPOSTOR)

        assert desk.case(case_id).version == 1

    def test_shows_the_second_coordinator_what_the_first_one_did(self, desk):
        case_id = desk.open(desk.take_in())
        desk.decide(case_id, version=1)

        with pytest.raises(CaseChangedError):
            desk.decide(case_id, version=1, actor=COLLEAGUE)

        assert desk.case(case_id).decided_by != COLLEAGUE.pseudonym
        assert len(desk.entries("request:decided")) == 1


class TestSecondPerson:
    """Art. 5(2), 32(4) DSGVO."""

    @pytest.fixture
    def waiting(self, desk):
        case_id = desk.open(desk.take_in(), desk.take_in(email="b@example.com"))
        desk.decide(case_id)
        return case_id

    @pytest.mark.parametrize("actor", [COLLEAGUE, MANAGEMENT], ids=lambda actor: actor.role)
    def test_lets_the_cooling_time_begin(self, desk, waiting, actor):
        desk.clock.advance(timedelta(hours=5))

        case = desk.do(decision.approve, waiting, actor=actor)

        assert (case.state, case.execute_at, case.approved_by) == (CaseState.COOLING, desk.now + HOURS_72, actor.pseudonym)

    def test_is_never_the_one_who_decided(self, desk, waiting):
        with pytest.raises(SecondPersonError):
            desk.do(decision.approve, waiting)

        assert desk.case(waiting).state == CaseState.SECOND

    @pytest.mark.parametrize("actor", [DPO, SALES], ids=lambda actor: actor.role)
    def test_is_coordinator_or_management(self, desk, waiting, actor):
        with pytest.raises(CoordinatorOnlyError):
            desk.do(decision.approve, waiting, actor=actor)

    def test_can_send_the_decision_back(self, desk, waiting):
        case = desk.do(decision.reopen, waiting, actor=MANAGEMENT)

        assert (case.state, case.decided_by) == (CaseState.OPEN, None)
        assert desk.read(waiting).choices == ()

    def test_leaves_it_to_the_coordinator_once_the_cooling_time_runs(self, desk, waiting):
        desk.do(decision.approve, waiting, actor=COLLEAGUE)

        with pytest.raises(CoordinatorOnlyError):
            desk.do(decision.reopen, waiting, actor=MANAGEMENT)

        assert desk.do(decision.reopen, waiting).state == CaseState.OPEN

    def test_reads_the_decision_and_not_what_the_person_wrote(self, desk, waiting):
        found = desk.read(waiting, MANAGEMENT)

        assert found.choices
        assert found.request == {}

    def test_sales_read_nothing_of_it(self, desk, waiting):
        with pytest.raises(CoordinatorOnlyError):
            desk.read(waiting, SALES)


class TestStop:
    @pytest.mark.parametrize("reason", StopReason)
    def test_ends_it_before_anything_is_destroyed(self, desk, reason):
        person = desk.take_in()
        case_id = desk.open(person)
        desk.decide(case_id)

        desk.do(decision.stop, case_id, reason=reason)
        desk.clock.advance(HOURS_72)
        desk.execute()

        assert desk.state_of(person) == "living"
        assert desk.read(case_id).stopped is reason

    @pytest.fixture
    def objected(self, desk):
        """A case in somebody's name, from an address of somebody else, with the objection to advertising; and its person."""
        person = desk.take_in()
        request = {"name": "Katharina Wehmeier", "email": "betrug@example.com"}
        return desk.open(person, request=request, objects_too=True), person

    def addresses_on_the_list(self, desk):
        with desk.database.reading() as session:
            asked = ["wehmeier@example.com", "betrug@example.com"]
            return {address for _, address in suppression.find_suppressed(session, {Channel.EMAIL: asked})}

    def objects(self, desk, person):
        with desk.database.reading() as session:
            return objection.stands_against_advertising(session, [person], channel=Channel.EMAIL)

    def test_because_somebody_else_had_asked_takes_their_objection_back_and_tells_the_person_so(self, desk, objected):
        """Art. 5(1)(d) DSGVO."""
        case_id, person = objected
        assert self.objects(desk, person) and len(self.addresses_on_the_list(desk)) == 2

        desk.do(decision.stop, case_id, reason=StopReason.IMPOSTOR)
        desk.execute()
        answer = desk.read(case_id).answer

        assert (self.objects(desk, person), self.addresses_on_the_list(desk)) == (False, set())
        assert answer["to"] == "wehmeier@example.com"
        text = " ".join(answer["text"].split())
        assert "hat jemand in Ihrem Namen beantragt" in text and "Auch ihn haben wir zurückgenommen" in text
        assert "Sie haben uns mitgeteilt" not in text and "Sperrliste" not in text

    def test_leaves_what_the_person_has_said_themselves(self, desk, objected):
        """Art. 21(3) DSGVO."""
        case_id, person = objected
        with desk.database.writing() as session:
            objection.raise_to_marketing(session, subject_id=person, origin=Heard.STAFF, actor=SALES, now=desk.now)

        desk.do(decision.stop, case_id, reason=StopReason.IMPOSTOR)

        assert self.objects(desk, person) and "wehmeier@example.com" in self.addresses_on_the_list(desk)

    def test_because_the_person_wishes_so_leaves_their_objection(self, desk, objected):
        case_id, person = objected

        desk.do(decision.stop, case_id, reason=StopReason.CHANGED_MIND)
        desk.execute()

        assert self.objects(desk, person) and len(self.addresses_on_the_list(desk)) == 2
        assert "Sie haben uns mitgeteilt" in desk.read(case_id).answer["text"]

    def test_tells_nobody_who_asked_in_somebody_elses_name(self, desk):
        case_id = desk.open(desk.take_in(email=""), request={"name": "Ein Anderer", "email": "betrug@example.com"})

        desk.do(decision.stop, case_id, reason=StopReason.IMPOSTOR)
        desk.execute()

        answer = desk.read(case_id).answer
        assert (answer["to"], answer["name_lines"], answer["address_lines"][0]) == (None, ["Frau Katharina Wehmeier"], "Lindenufer 14")

    def test_comes_too_late_once_it_is_carried_out(self, desk):
        case_id = desk.open(desk.take_in())
        desk.decide(case_id)
        desk.clock.advance(HOURS_72)
        desk.execute()

        with pytest.raises(CaseStateError):
            desk.do(decision.stop, case_id, reason=StopReason.CHANGED_MIND)
