"""Carrying out: not a second before its time, once, whatever stops it, and with an answer at the end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from crm.db import Compartment
from crm.mail import MailUnreachableError, OutboxMessage
from crm.models.contact import Contact, Note
from crm.models.erasure import RetainedDocument
from crm.models.request_case import CaseState, Identity
from crm.models.retention import DueKind, RetentionDue
from crm.privacy import due_integrity, restriction
from crm.privacy.erasure import plan, run
from crm.privacy.requests import answering, decision, letting_go
from crm.privacy.requests.choices import Verdict, Wish
from crm.privacy.requests.errors import (
    CaseStateError,
    CoordinatorOnlyError,
    IdentityOpenError,
    KeptNoLongerError,
    LetGoReasonMissingError,
    PostedDayError,
)
from crm.privacy.requests.facts import DataKind, Refusal, StopReason
from crm.privacy.restriction import RestrictionReason
from crm.runtime import Runtime
from tests.integration.requests.conftest import COLLEAGUE, HOURS_72, PRIVACY, SALES, ZONE, Crash, MortalDatabase

SECOND = timedelta(seconds=1)
STILL_NEEDED = Wish(verdict=Verdict.REFUSE, refusal=Refusal.STILL_NEEDED, reason="Der Vertrag läuft bis 2027.")
CLAIMS = Refusal.LEGAL_CLAIMS
KEPT = Wish(verdict=Verdict.KEEP, reason="Streit um eine Rechnung ist offen.")
NOT_NEEDED = Wish(verdict=Verdict.ERASE, reason="Doppelt abgelegt.")
TURNS = 4
LATER = {DataKind.VOUCHERS: date(2034, 12, 31), DataKind.CONSENTS: date(2030, 12, 31), DataKind.CASE_FILE: date(2030, 12, 31)}


@pytest.fixture
def due(desk):
    """A case whose cooling time has just ended, and its person."""
    person = desk.take_in()
    desk.note(person)
    case_id = desk.open(person)
    desk.decide(case_id)
    desk.send()
    desk.clock.advance(HOURS_72)
    return case_id, person


def count(desk, model, *conditions):
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


def days_of_notes(desk):
    return count(desk, RetentionDue, RetentionDue.kind == DueKind.NOTE)


def answer_of(desk, case_id):
    """Carry a case out and return what its answer says."""
    desk.execute()
    return " ".join(desk.read(case_id).answer["text"].split())


def days_of(desk, case_id):
    """Return the last day of each kind as the page of the case shows it."""
    return {each.kind: each.until for each in desk.read(case_id).choices if each.until}


class TestExecution:
    """Art. 17(1), 12(3) DSGVO."""

    def test_begins_when_the_cooling_time_is_over_and_not_a_second_before(self, desk, due):
        _, person = due

        desk.execute(now=desk.now - SECOND)
        assert desk.state_of(person) == "living"

        desk.execute()
        assert desk.state_of(person) == "erased"

    def test_says_that_it_was_done_for_each_of_two_entries_of_one_person(self, desk):
        people = desk.take_in(), desk.take_in(first_name="K.", email="zwei@example.com")
        case_id = desk.open(*people)
        desk.decide(case_id)
        desk.do(decision.approve, case_id, actor=COLLEAGUE)
        desk.send()
        desk.clock.advance(HOURS_72)

        desk.execute()

        [message] = desk.send().taken
        said = " ".join(message.get_body().get_content().split())
        assert {desk.state_of(each) for each in people} == {"erased"}
        assert "gehörten bei uns 2 Einträge." in said and "gilt für jeden von ihnen" in said

    def test_answers_by_mail_and_letter_and_ends_when_the_mail_server_has_taken_it(self, desk, due):
        case_id, _ = due
        desk.execute()
        assert desk.case(case_id).state == CaseState.ANSWERING

        [message] = desk.send().taken
        desk.execute()

        case = desk.case(case_id)
        assert (case.state, case.answered_at, case.closed_at) == (CaseState.CLOSED, desk.now, desk.now)
        assert message["To"] == "wehmeier@example.com"
        [attached] = message.iter_attachments()
        letter = PdfReader(BytesIO(attached.get_content())).pages[0].extract_text()
        assert "2026-0001" in letter
        assert "Frau Katharina Wehmeier" in letter
        assert "Lindenufer 14" in letter

    def test_keeps_the_answer_as_it_was_sent(self, desk, due):
        case_id, _ = due
        desk.execute()

        answer = desk.read(case_id).answer

        [message] = desk.send().taken
        assert answer["subject"] == message["Subject"]
        assert answer["text"].split() == message.get_body(("plain",)).get_content().split()

    def test_leaves_an_answer_without_address_to_be_posted_and_ends_with_that(self, desk):
        case_id = desk.open(desk.take_in(email=""), request={"name": "K. Wehmeier"})
        desk.decide(case_id)
        desk.clock.advance(HOURS_72)
        desk.execute()
        assert desk.case(case_id).answer_mail_id is None

        with pytest.raises(CoordinatorOnlyError):
            desk.do(answering.mark_posted, case_id, posted_at=desk.now, actor=SALES)
        for day in (desk.now + SECOND, desk.now - timedelta(days=1)):
            with pytest.raises(PostedDayError):
                desk.do(answering.mark_posted, case_id, posted_at=day)
        case = desk.do(answering.mark_posted, case_id, posted_at=desk.now)

        assert (case.state, case.answered_at) == (CaseState.CLOSED, desk.now)

    def test_cannot_be_posted_before_it_is_written(self, desk):
        case_id = desk.open()
        desk.do(decision.decide_nothing_held, case_id)

        with pytest.raises(CaseStateError):
            desk.do(answering.mark_posted, case_id, posted_at=desk.now)

    def test_answers_that_nothing_is_held(self, desk):
        case_id = desk.open(request={"name": "Ina Niemand", "email": "niemand@example.com"})
        desk.do(decision.decide_nothing_held, case_id)
        desk.execute()

        taken = desk.send().taken
        desk.execute()

        assert {message["To"] for message in taken} == {"niemand@example.com"}
        letters = [message.get_body(("plain",)).get_content() for message in taken]
        assert [letter for letter in letters if "haben wir gesucht, ob wir Daten über Sie gespeichert" in letter]
        assert desk.case(case_id).state == CaseState.CLOSED

    def test_answers_with_the_documents_that_are_there_when_it_is_carried_out(self, desk):
        """Art. 5(1)(a), 12(1) DSGVO."""
        person = desk.take_in()
        desk.file_document(person, rule="RET-11", keep_until=desk.now.date())
        case_id = desk.open(person)
        desk.decide(case_id, {DataKind.LETTERS: Wish(verdict=Verdict.KEEP)})
        desk.clock.advance(HOURS_72 - SECOND)
        desk.file_document(person)
        desk.file_document(person, rule="RET-11", keep_until=date(2032, 12, 31), number=1)
        desk.clock.advance(SECOND)

        text = answer_of(desk, case_id)

        kept = days_of(desk, case_id)
        assert (kept[DataKind.VOUCHERS], kept[DataKind.LETTERS]) == (date(2034, 12, 31), date(2032, 12, 31))
        assert "31. Dezember 2034" in text and "31. Dezember 2032" in text

    def test_leaves_a_document_alone_about_which_nobody_has_decided(self, desk):
        """Art. 17(3)(b) DSGVO: a duty is broken by two people who know of it, not by a date."""
        person = desk.take_in()
        desk.file_document(person, keep_until=date(2025, 12, 31))
        case_id = desk.open(person)
        desk.decide(case_id)
        desk.clock.advance(HOURS_72 - SECOND)
        desk.file_document(person, number=1)
        desk.clock.advance(SECOND)

        text = answer_of(desk, case_id)

        assert count(desk, RetainedDocument) == 1
        assert "Was wir noch aufbewahren" in text and "31. Dezember 2034" in text
        assert [each.verdict for each in desk.read(case_id).choices if each.kind is DataKind.VOUCHERS] == [Verdict.ERASE, Verdict.KEEP]

    def test_answers_a_second_case_of_somebody_erased_meanwhile_with_what_is_kept_at_the_address_we_knew(self, desk):
        person = desk.take_in()
        desk.file_document(person)
        first = desk.open(person)
        second = desk.open(person, request={})
        desk.decide(first)
        desk.clock.advance(HOURS_72)
        desk.execute()
        erased_on = desk.now

        desk.clock.advance(HOURS_72)
        desk.do(decision.decide_nothing_held, second)
        desk.execute()
        answer = desk.read(second).answer

        assert answer["to"] == "wehmeier@example.com"
        assert answer["name_lines"] == ["Frau Katharina Wehmeier"]
        text = " ".join(answer["text"].split())
        assert "haben wir schon am 26. November 2026 auf einen anderen Antrag hin gelöscht" in text
        assert "Rechnungen und andere Buchungsbelege" in text and "31. Dezember 2034" in text
        assert "Diese Daten sind gesperrt" in text and "nichts gefunden" not in text
        assert desk.case(second).executed_at == erased_on
        assert days_of(desk, second)[DataKind.CONSENTS] == date(2029, 12, 31)

    def test_tells_nobody_whose_request_is_in_doubt_that_somebody_was_erased(self, desk):
        person = desk.take_in()
        first, second = desk.open(person), desk.open(person, identity=Identity.UNCHECKED)
        desk.decide(first)
        desk.clock.advance(HOURS_72)
        desk.execute()

        with pytest.raises(IdentityOpenError):
            desk.do(decision.decide_nothing_held, second)

    def test_erases_notes_alone_where_the_profile_is_still_needed(self, desk):
        person = desk.take_in("contract_person", "business_contact")
        desk.note(person)
        case_id = desk.open(person)
        desk.decide(case_id, {DataKind.PROFILE: STILL_NEEDED, DataKind.NOTES: Wish(verdict=Verdict.ERASE, reason="Nicht nötig.")})
        desk.clock.advance(HOURS_72)

        desk.execute()
        taken = desk.send().taken
        desk.execute()

        assert desk.state_of(person) == "living"
        assert (count(desk, Note), days_of_notes(desk)) == (0, 0)
        assert due_integrity.find_wrong(desk.database, zone=ZONE, now=desk.now) == (1, [])
        assert "Der Vertrag läuft bis 2027." in taken[-1].get_body(("plain",)).get_content()
        with desk.database.reading() as session:
            assert restriction.find_restricted(session, [person]) == set()

    def test_keeps_documents_under_duty_and_erases_those_whose_duty_is_over(self, desk):
        person = desk.take_in()
        desk.file_document(person, rule="RET-10")
        desk.file_document(person, rule="RET-11", keep_until=(desk.now - timedelta(days=30)).date())
        case_id = desk.open(person)
        desk.decide(case_id)
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert desk.state_of(person) == "erased"
        assert count(desk, RetainedDocument) == count(desk, RetainedDocument, RetainedDocument.rule == "RET-10") == 1

    @pytest.mark.parametrize(("kept", "versions"), [((), [1]), (("RET-11",), [])])
    def test_destroys_the_key_of_documents_with_the_last_one_also_where_the_profile_stays(self, desk, kept, versions):
        person = desk.take_in("contract_person", "business_contact")
        for rule in ("RET-10", *kept):
            desk.file_document(person, rule=rule)
        case_id = desk.open(person)
        desk.decide(case_id, {DataKind.PROFILE: STILL_NEEDED, DataKind.VOUCHERS: NOT_NEEDED})
        desk.do(decision.approve, case_id, actor=COLLEAGUE)
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert (desk.state_of(person), count(desk, RetainedDocument)) == ("living", len(kept))
        assert desk.destroyed(person, Compartment.RECORD) == versions
        desk.file_document(person, rule="RET-10")
        assert count(desk, RetainedDocument) == len(kept) + 1

    def test_destroys_it_too_where_a_rule_has_erased_the_profile_meanwhile(self, desk):
        person = desk.take_in()
        desk.file_document(person)
        case_id = desk.open(person)
        desk.decide(case_id, {DataKind.VOUCHERS: NOT_NEEDED})
        desk.do(decision.approve, case_id, actor=COLLEAGUE)
        desk.erase(person)
        assert desk.destroyed(person, Compartment.RECORD) == []
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert count(desk, RetainedDocument) == 0
        assert desk.destroyed(person, Compartment.RECORD) == [1]

    def test_keeps_a_profile_restricted_for_claims_and_says_until_when(self, desk):
        person = desk.take_in("contract_person")
        desk.end_contract(person)
        case_id = desk.open(person)
        desk.decide(case_id)
        desk.execute()
        taken = desk.send().taken

        desk.execute()

        assert any("31. Dezember 2029" in message.get_body(("plain",)).get_content() for message in taken)
        with desk.database.reading() as session:
            assert restriction.find_reasons(session, [person]) == {person: (RestrictionReason.KEPT,)}

    def test_keeps_a_profile_until_the_day_that_the_answer_names_and_not_a_day_longer(self, desk):
        """Art. 17(3)(e), 5(1)(e) DSGVO: the period of a prospect would have ended long before, and no ground would ever end."""
        prospect, contact = desk.take_in("precontract_request"), desk.take_in("business_contact", first_name="Konrad")
        for person in (prospect, contact):
            desk.decide(desk.open(person), {DataKind.PROFILE: KEPT})
            desk.execute()
            desk.send()
            desk.execute()

        with desk.database.reading() as session:
            at_the_end, after = (
                plan.make_plan(session, day=day, zone=ZONE, now=desk.now) for day in (date(2029, 12, 31), date(2030, 1, 1))
            )
        assert {each.subject_id for each in at_the_end.due if each.kind == DueKind.PERSON} == set()
        assert {each.subject_id for each in after.due if each.kind == DueKind.PERSON} == {prospect, contact}

    def test_lets_somebody_go_early_with_the_next_run_when_the_reason_is_gone(self, desk):
        """Art. 5(1)(e), 17(3)(e) DSGVO."""
        paid, other = desk.take_in(), desk.take_in(email="")
        for person in (paid, other):
            desk.decide(desk.open(person), {DataKind.PROFILE: KEPT})
            desk.execute()
            desk.send()
            desk.execute()
        desk.clock.advance(timedelta(days=30))

        with desk.database.writing() as session:
            about = {"reason": "settled", "settings": desk.runtime.settings, "actor": PRIVACY, "now": desk.now}
            told = letting_go.let_go(session, subject_id=paid, **about)
        [message] = desk.send().taken
        desk.clock.advance(timedelta(days=1))
        run.catch_up(desk.database, vault=desk.runtime.vault, clock=lambda: desk.now)

        assert told and message["To"] == "wehmeier@example.com"
        assert "31. Dezember 2029" not in message["Subject"] and "31.12.2029" in message.get_body(("plain",)).get_content()
        assert (desk.state_of(paid), desk.state_of(other)) == ("erased", "living")
        [entry] = desk.entries("person:keep_ended")
        assert '"settled"' in entry and paid in entry

    @pytest.mark.parametrize(
        ("reason", "error"), [("", LetGoReasonMissingError), ("nice", LetGoReasonMissingError), ("settled", KeptNoLongerError)]
    )
    def test_lets_nobody_go_whom_no_decision_keeps_or_without_a_reason(self, desk, reason, error):
        person = desk.take_in()

        with desk.database.writing() as session, pytest.raises(error):
            letting_go.let_go(session, subject_id=person, reason=reason, settings=desk.runtime.settings, actor=PRIVACY, now=desk.now)

        assert desk.entries("person:keep_ended") == []

    def test_says_the_reason_for_which_somebody_departed_from_the_proposal_to_keep(self, desk):
        case_id = desk.open(desk.take_in())
        desk.decide(case_id, {DataKind.PROFILE: KEPT, DataKind.NOTES: Wish(verdict=Verdict.REFUSE, refusal=CLAIMS, reason="Gehört dazu.")})

        text = answer_of(desk, case_id)

        assert f"Unsere Gründe: {KEPT.reason}" in text

    def test_with_a_kept_profile_claims_no_erasure_and_lets_evidence_begin_when_it_goes(self, desk):
        person = desk.take_in("contract_person")
        desk.end_contract(person)
        case_id = desk.open(person)
        desk.decide(case_id)

        text = answer_of(desk, case_id)

        assert "Löschen dürfen wir noch nichts" in text and "Diese Daten sind gesperrt" in text
        assert days_of(desk, case_id)[DataKind.CONSENTS] == date(2033, 12, 31)  # the profile goes on 1 January 2030
        assert "31. Dezember 2033" in text

    def test_names_for_evidence_and_case_file_the_days_that_are_true_when_the_year_has_turned(self, desk):
        person = desk.take_in()
        desk.file_document(person)
        case_id = desk.open(person)
        desk.clock.advance(date(2026, 12, 30) - desk.now.date())
        desk.decide(case_id)
        decided = days_of(desk, case_id)
        desk.clock.advance(HOURS_72)

        text = answer_of(desk, case_id)

        assert decided == LATER  # what the decision names is what the answer will: it is carried out in the new year
        assert "31. Dezember 2029" not in text and text.count("31. Dezember 2030") == 2 and "31. Dezember 2034" in text
        desk.clock.advance(timedelta(days=400))
        assert days_of(desk, case_id) == LATER

    def test_refused_claims_no_lock_and_names_no_day_for_evidence_of_somebody_who_stays(self, desk):
        case_id = desk.open(desk.take_in("contract_person", "business_contact"))
        desk.decide(case_id, {DataKind.PROFILE: STILL_NEEDED})

        text = answer_of(desk, case_id)

        assert "können ihm nicht entsprechen" in text
        assert "gesperrt" not in text and "Nachweise über Einwilligungen" not in text and "Unterlagen zu diesem Antrag" in text
        assert {*days_of(desk, case_id)} == {DataKind.CASE_FILE}

    @pytest.mark.parametrize("filed", [(), ("RET-11",)])
    @pytest.mark.parametrize("profile", [NOT_NEEDED, STILL_NEEDED])
    def test_says_that_a_key_is_destroyed_exactly_where_one_is(self, desk, profile, filed):
        person = desk.take_in("contract_person", "business_contact")
        for rule in ("RET-10", *filed):
            desk.file_document(person, rule=rule)
        case_id = desk.open(person)
        desk.decide(case_id, {DataKind.PROFILE: profile, DataKind.VOUCHERS: NOT_NEEDED})
        desk.do(decision.approve, case_id, actor=COLLEAGUE)
        desk.clock.advance(HOURS_72)

        text = answer_of(desk, case_id)

        destroyed = {each for each in (Compartment.PROFILE, Compartment.RECORD) if desk.destroyed(person, each)}
        assert destroyed == {*([Compartment.PROFILE] if profile is NOT_NEEDED else []), *([] if filed else [Compartment.RECORD])}
        assert ("Schlüssel" in text) is bool(destroyed)
        assert ("sobald diese ablaufen" in text) is bool(filed)

    def test_says_of_notes_alone_that_backups_keep_them_until_they_expire(self, desk):
        person = desk.take_in("contract_person", "business_contact")
        desk.note(person)
        case_id = desk.open(person)
        desk.decide(case_id, {DataKind.PROFILE: STILL_NEEDED, DataKind.NOTES: NOT_NEEDED})
        desk.clock.advance(HOURS_72)

        text = answer_of(desk, case_id)

        assert desk.destroyed(person, Compartment.PROFILE) == []
        assert "sobald diese ablaufen" in text and "Schlüssel" not in text and "gesperrt" not in text

    def test_one_broken_case_holds_up_no_other(self, desk, monkeypatch):
        first, second = desk.open(), desk.open()
        for each in (first, second):
            desk.do(decision.decide_nothing_held, each)
        compose = answering.compose

        def broken(facts):
            if facts.number == "2026-0001":
                raise ValueError
            return compose(facts)

        monkeypatch.setattr(answering, "compose", broken)
        desk.execute()

        assert desk.case(first).answer_written_at is None
        assert desk.case(second).answer_written_at is not None


class TestRestrictionAfterwards:
    """Art. 18(3) DSGVO."""

    def test_stands_until_the_person_was_told_that_nothing_is_erased(self, desk):
        person = desk.take_in()
        case_id = desk.open(person)
        desk.do(decision.stop, case_id, reason=StopReason.CHANGED_MIND)
        desk.execute()

        def is_restricted():
            with desk.database.reading() as session:
                return bool(restriction.find_restricted(session, [person]))

        class Down:
            def connect(self):
                raise MailUnreachableError

        assert is_restricted()
        desk.send(Down())
        desk.execute()
        assert is_restricted()

        desk.clock.advance(timedelta(minutes=2))
        desk.send()
        desk.execute()
        assert not is_restricted()
        assert desk.case(case_id).state == CaseState.CLOSED


class TestWhateverStopsIt:
    def test_killed_before_any_of_its_commits_it_goes_on_and_does_everything_once(self, desk):
        deaths = 0
        for dies_before in range(30):
            person = desk.take_in(email=f"p{dies_before}@example.com")
            case_id = desk.open(person)
            desk.decide(case_id)
            desk.send()
            desk.clock.advance(HOURS_72)
            try:
                desk.execute(database=MortalDatabase(desk.database, dies_before))
            except Crash:
                deaths += 1
            is_whole = desk.case(case_id).answer_written_at is not None

            desk.execute()
            desk.execute()
            taken = desk.send().taken
            desk.execute()

            assert desk.state_of(person) == "erased"
            assert [message["To"] for message in taken] == [f"p{dies_before}@example.com"]
            assert desk.case(case_id).state == CaseState.CLOSED
            if is_whole:
                break
        assert deaths >= 5
        assert count(desk, Contact) == 0

    def test_many_workers_at_once_do_it_once(self, desk, due):
        case_id, person = due
        others = [Runtime.open(desk.runtime.settings, clock=desk.clock) for _ in range(TURNS)]

        with ThreadPoolExecutor(TURNS) as pool:
            list(pool.map(lambda runtime: desk.__class__(runtime, desk.clock).execute(), others))
        desk.execute()

        for each in others:
            each.close()
        assert desk.state_of(person) == "erased"
        assert count(desk, OutboxMessage, OutboxMessage.kind == "request_answered") == 1
        assert len(desk.entries("erasure:ordered")) == len(desk.entries("erasure:completed")) == 1
        assert desk.case(case_id).state == CaseState.ANSWERING
