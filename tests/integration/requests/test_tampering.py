"""Somebody writes SQL: nobody is erased who was not decided about, not before their time, and not by one person alone."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from crm.ledger.tables import entry
from crm.models.request_case import CaseState
from crm.privacy import row_integrity
from crm.privacy.actions import Action
from crm.privacy.requests import decision, order, people, taking
from crm.privacy.requests.errors import CaseStateError, CaseTamperedError, CoordinatorOnlyError
from crm.privacy.requests.facts import StopReason
from crm.privacy.requests.policy import request_policy
from crm.services.health.cases import examine_cases
from crm.services.requests.view import open_view
from tests.integration.requests.conftest import COLLEAGUE, DPO, HOURS_72, PRIVACY, ZONE

LONG_AGO = "2020-01-01 00:00:00.000000"


class Attacker:
    """Holds the database, and not the keys."""

    def __init__(self, desk):
        self.desk = desk

    def write(self, statement, **values):
        with self.desk.runtime.engine.execution_options(writing=True).begin() as connection:
            assert connection.execute(text(statement), values).rowcount == 1

    def read(self, statement, **values):
        with self.desk.runtime.engine.connect() as connection:
            return connection.execute(text(statement), values).one()


@pytest.fixture
def attacker(desk):
    return Attacker(desk)


@pytest.fixture
def cooling(desk):
    """A case that waits for its cooling time, and its person."""
    person = desk.take_in()
    desk.note(person)
    case_id = desk.open(person)
    desk.decide(case_id)
    return case_id, person


@pytest.fixture
def waiting(desk):
    """A case of two people that waits for a second person."""
    found = [desk.take_in(), desk.take_in(email="zwei@example.com")]
    case_id = desk.open(*found)
    desk.decide(case_id)
    return case_id, found


def count_entries(desk, action):
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(entry).where(entry.c.action == action))


def rows_of(desk):
    with desk.database.reading() as session:
        found = row_integrity.compare(session)
    return {each.what for each in (*found.unnamed, *found.gone)}


def held_back(desk):
    return [each.facts for each in examine_cases(desk.database)]


def shown_as_tampered(desk, case_id):
    with desk.database.reading() as session:
        return open_view(session, case_id=case_id, zone=ZONE, actor=PRIVACY, now=desk.now).tampered


def erased_or_ordered(desk):
    return count_entries(desk, "erasure:ordered") + count_entries(desk, "note:erased")


class TestUnreadable:
    """Art. 5(1)(f), 12(3), 32(1)(b) DSGVO."""

    @pytest.mark.parametrize("column", ["sealed_request", "sealed_decision", "sealed_answer"])
    @pytest.mark.parametrize("written", [b"xx", b"\x01" * 120])
    def test_what_of_a_case_still_opens_is_shown_and_the_rest_is_a_finding(self, desk, attacker, cooling, column, written):
        case_id, _ = cooling
        desk.clock.advance(HOURS_72)
        desk.execute()
        assert held_back(desk) == []
        attacker.write(f"UPDATE request_case SET {column} = :written WHERE id = :case", written=written, case=case_id)

        found = desk.read(case_id)

        assert found.unreadable
        assert bool(found.request) is (column != "sealed_request")
        assert bool(found.choices) is (column != "sealed_decision")
        assert bool(found.answer) is (column != "sealed_answer")
        assert {"count": 1, "numbers": desk.case(case_id).number} in held_back(desk)

    def test_a_case_whose_decision_does_not_open_can_be_decided_anew(self, desk, attacker, cooling):
        case_id, person = cooling
        attacker.write("UPDATE request_case SET sealed_decision = :written WHERE id = :case", written=b"xx", case=case_id)

        desk.do(decision.put_back, case_id)

        assert not desk.read(case_id).unreadable
        desk.decide(case_id)
        desk.clock.advance(HOURS_72)
        desk.execute()
        assert desk.state_of(person) == "erased"

    def test_a_name_that_does_not_open_hides_neither_the_case_nor_the_others(self, desk, attacker, waiting):
        case_id, (one, _) = waiting
        attacker.write("UPDATE contact SET sealed_identity = :written WHERE subject_id = :one", written=b"xx", one=one)

        with desk.database.reading() as session:
            view = open_view(session, case_id=case_id, zone=ZONE, actor=PRIVACY, now=desk.now)

        assert [bool(each.fields) for each in sorted(view.people, key=lambda each: each.subject_id != one)] == [False, True]


class TestHeldBack:
    """Art. 5(1)(f), 32(1)(b), (4) DSGVO."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE case_subject SET subject_id = :other WHERE case_id = :case",
            "INSERT INTO case_subject (case_id, subject_id, found_by) VALUES (:case, :other, 'staff')",
        ],
    )
    def test_somebody_who_never_asked_is_not_erased(self, desk, attacker, cooling, statement):
        case_id, person = cooling
        other = desk.take_in(email="nie@example.com")
        attacker.write(statement, other=other, case=case_id)
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert erased_or_ordered(desk) == 0
        assert (desk.state_of(person), desk.state_of(other), desk.case(case_id).state) == ("living", "living", CaseState.COOLING)
        assert shown_as_tampered(desk, case_id)
        assert held_back(desk) == [{"count": 1, "numbers": "2026-0001"}]
        assert "request_case" in rows_of(desk)

    def test_nobody_is_erased_before_their_time(self, desk, attacker, cooling):
        case_id, person = cooling
        attacker.write("UPDATE request_case SET execute_at = :past WHERE id = :case", past=LONG_AGO, case=case_id)

        desk.execute()

        assert (erased_or_ordered(desk), desk.state_of(person)) == (0, "living")

    def test_what_needs_a_second_person_is_not_done_without_one(self, desk, attacker, waiting):
        case_id, _ = waiting
        forged = (
            "UPDATE request_case SET state = 'cooling', execute_at = :past, approved_by = :colleague, approved_at = :past WHERE id = :case"
        )
        attacker.write(forged, past=LONG_AGO, colleague=COLLEAGUE.pseudonym, case=case_id)

        desk.execute()

        assert (erased_or_ordered(desk), desk.case(case_id).state) == (0, CaseState.COOLING)
        assert held_back(desk)

    def test_a_second_person_agrees_to_nothing_that_was_changed(self, desk, attacker, waiting):
        case_id, found = waiting
        other = desk.take_in(email="nie@example.com")
        attacker.write("UPDATE case_subject SET subject_id = :other WHERE subject_id = :one", other=other, one=found[0])

        with pytest.raises(CaseTamperedError):
            desk.do(decision.approve, case_id, actor=COLLEAGUE)

    def test_a_decision_that_was_taken_back_does_not_return_from_a_copy(self, desk, attacker, cooling):
        case_id, person = cooling
        copied = "state, sealed_decision, decided_at, decided_by, execute_at"
        copy = attacker.read(f"SELECT {copied} FROM request_case WHERE id = :case", case=case_id)._mapping
        desk.do(decision.stop, case_id, reason=StopReason.CHANGED_MIND)
        attacker.write(f"UPDATE request_case SET {', '.join(f'{each} = :{each}' for each in copy)} WHERE id = :case", **copy, case=case_id)
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert (erased_or_ordered(desk), desk.state_of(person)) == (0, "living")

    def test_an_entry_that_somebody_added_does_not_let_a_forged_row_pass(self, desk, attacker, cooling):
        case_id, person = cooling
        other = desk.take_in(email="nie@example.com")
        attacker.write("UPDATE case_subject SET subject_id = :other WHERE case_id = :case", other=other, case=case_id)
        with desk.database.writing() as session:
            case = taking.lock_case(session, case_id)
            people.enter(session, case, Action.REQUEST_DECIDED, actor=PRIVACY, now=desk.now)
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert (erased_or_ordered(desk), desk.state_of(person), desk.state_of(other)) == (0, "living", "living")

    @pytest.mark.parametrize("state", ["executing", "answering"])
    def test_nobody_is_told_of_an_erasure_that_never_was(self, desk, attacker, cooling, state):
        case_id, _ = cooling
        attacker.write("UPDATE request_case SET state = :state WHERE id = :case", state=state, case=case_id)

        desk.execute()

        assert "request_answered" not in desk.mails()
        assert desk.case(case_id).state == state
        assert held_back(desk)

    @pytest.mark.parametrize("rules", [{"cooling_for": HOURS_72 * 2}, {"one_decides_up_to": 0}])
    def test_the_rules_of_today_are_asked_again(self, desk, cooling, monkeypatch, rules):
        _, person = cooling
        monkeypatch.setattr(order, "request_policy", lambda: replace(request_policy(), **rules))
        desk.clock.advance(HOURS_72)

        desk.execute()

        assert (erased_or_ordered(desk), desk.state_of(person)) == (0, "living")
        assert held_back(desk)

    def test_it_is_entered_once(self, desk, attacker, cooling):
        case_id, _ = cooling
        attacker.write("UPDATE request_case SET execute_at = :past WHERE id = :case", past=LONG_AGO, case=case_id)

        desk.execute()
        desk.execute()

        assert count_entries(desk, "request:held_back") == 1

    def test_whoever_decides_anew_sets_it_right(self, desk, attacker, cooling):
        case_id, person = cooling
        attacker.write("UPDATE request_case SET execute_at = :past WHERE id = :case", past=LONG_AGO, case=case_id)
        desk.execute()

        desk.do(decision.reopen, case_id)
        desk.decide(case_id)
        desk.clock.advance(HOURS_72)
        desk.execute()

        assert (desk.state_of(person), held_back(desk), rows_of(desk)) == ("erased", [], set())

    @pytest.mark.parametrize("state", ["executing", "answering", "closed", "cooling"])
    def test_what_is_stuck_is_put_back_by_the_coordinator_decided_anew_and_answered(self, desk, attacker, cooling, state):
        """Art. 12(3) DSGVO: the person gets an answer, whatever somebody did to the row."""
        case_id, person = cooling
        forged = "UPDATE request_case SET state = :state, execute_at = :past WHERE id = :case"
        attacker.write(forged, state=state, past=LONG_AGO, case=case_id)

        case = desk.do(decision.put_back, case_id)

        assert (case.state, case.decided_by, case.execute_at) == (CaseState.OPEN, None, None)
        assert (count_entries(desk, "request:held_back"), count_entries(desk, "request:stopped")) == (1, 1)
        assert not shown_as_tampered(desk, case_id)
        desk.decide(case_id)
        desk.clock.advance(HOURS_72)
        for go_on in (desk.execute, desk.send, desk.execute):
            go_on()
        assert (desk.state_of(person), desk.case(case_id).state, held_back(desk)) == ("erased", CaseState.CLOSED, [])
        assert desk.mails().count("request_answered") == 1

    def test_what_is_sound_or_answered_is_not_put_back(self, desk, attacker, cooling):
        case_id, _ = cooling
        with pytest.raises(CaseStateError):
            desk.do(decision.put_back, case_id)
        desk.clock.advance(HOURS_72)
        for go_on in (desk.execute, desk.send, desk.execute):
            go_on()
        attacker.write("UPDATE request_case SET due_on = '2027-12-31' WHERE id = :case", case=case_id)

        with pytest.raises(CaseStateError):
            desk.do(decision.put_back, case_id)

        assert desk.case(case_id).state == CaseState.CLOSED

    def test_is_put_back_by_nobody_else(self, desk, attacker, cooling):
        case_id, _ = cooling
        attacker.write("UPDATE request_case SET state = 'executing' WHERE id = :case", case=case_id)

        with pytest.raises(CoordinatorOnlyError):
            desk.do(decision.put_back, case_id, actor=DPO)

        assert desk.case(case_id).state == "executing"

    def test_untouched_it_stands_at_every_step(self, desk, waiting):
        case_id, found = waiting
        desk.do(decision.approve, case_id, actor=COLLEAGUE)
        steps = [(rows_of(desk), shown_as_tampered(desk, case_id))]
        desk.clock.advance(HOURS_72)
        for go_on in (desk.execute, desk.send, desk.execute):
            go_on()
            steps.append((rows_of(desk), shown_as_tampered(desk, case_id)))

        assert steps == [(set(), False)] * 4
        assert (desk.case(case_id).state, [desk.state_of(each) for each in found]) == (CaseState.CLOSED, ["erased", "erased"])


class TestRows:
    """Art. 5(2), 32(1)(d) DSGVO."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE request_case SET state = 'closed' WHERE id = :case",
            "UPDATE request_case SET due_on = '2027-12-31' WHERE id = :case",
            "UPDATE request_case SET identity = 'known', opened_by = 'x' WHERE id = :case",
            "DELETE FROM case_subject WHERE case_id = :case",
        ],
    )
    def test_of_a_case_that_was_changed_are_found(self, desk, attacker, statement):
        case_id = desk.open(desk.take_in())
        assert rows_of(desk) == set()

        attacker.write(statement, case=case_id)

        assert rows_of(desk) == {"request_case", "request:assigned"}

    def test_of_a_case_that_was_deleted_are_missed(self, desk, attacker):
        case_id = desk.open()

        attacker.write("DELETE FROM request_case WHERE id = :case", case=case_id)

        assert rows_of(desk) == {"request:opened"}
