"""`lethe retention`: what would go, what goes, and when the run asks instead (Art. 5(1)(e), 5(2) DSGVO)."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, insert, select

from crm.actor import Actor, Role
from crm.clock import SettableClock, SystemClock
from crm.db import new_id
from crm.models.retention import KeepReason, RetentionDue, RetentionRun, RunState
from crm.privacy import keeping, pausing
from crm.privacy.erasure.policy import run_policy
from crm.privacy.periods import Period, Unit
from crm.privacy.retention_changes import Justification, change_rule
from crm.vault import Subject, SubjectState
from tests.integration.privacy.people import make_person
from tests.support.own_fields import define

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Noon of tomorrow, standing still: a test that began before midnight would find another day after it."""
    tomorrow = datetime.now(BERLIN).date() + timedelta(days=1)
    steered = SettableClock(datetime.combine(tomorrow, time(12), BERLIN).astimezone(UTC))
    monkeypatch.setattr(SystemClock, "now", lambda _self: steered.now())
    return steered


@pytest.fixture
def overdue(opened):
    """Take in people whose time is up: `overdue(2)` returns their pseudonyms."""

    def take_in(number):
        now = opened.clock.now()
        moment = now - timedelta(days=800)
        with opened.database.writing() as session:
            return [make_person(session, now, "precontract_request", last_contact_at=moment, collected_at=moment) for _ in range(number)]

    return take_in


@pytest.fixture
def living(opened):
    def count():
        with opened.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Subject).where(Subject.state == SubjectState.LIVING))

    return count


def note_run(opened, *, days_ago, hours_ahead=0):
    """Note that the last run was so long ago, by a clock that was ahead if wanted."""
    at = opened.clock.now() - timedelta(days=days_ago) + timedelta(hours=hours_ahead)
    run = {"id": new_id(), "day": (opened.clock.now() - timedelta(days=max(days_ago, 1))).date(), "state": RunState.DONE}
    with opened.database.writing() as session:
        session.execute(insert(RetentionRun), [{**run, "planned": 0, "counts": "{}", "started_at": at, "finished_at": at}])


class TestPlan:
    def test_names_rule_and_pseudonym_and_changes_nothing(self, lethe, overdue, living):
        people = overdue(2)

        result = lethe("retention", "plan", "--json")

        assert result.exit_code == 0, result.output
        plan = json.loads(result.stdout)
        assert plan["counts"] == {"RET-01": 2}
        assert {each["subject_id"] for each in plan["due"]} == set(people)
        assert living() == 2
        assert "RET-01\t2\tArt. 5 Abs. 1 lit. e, Art. 6 Abs. 1 lit. b/f DSGVO" in lethe("retention", "plan").stdout

    def test_says_of_whom_it_holds_back_why(self, lethe, opened, overdue):
        going, staying = overdue(2)
        now = opened.clock.now()
        until = now.date() + timedelta(days=30)
        with opened.database.writing() as session:
            keeping.keep(session, subject_id=staying, reason=KeepReason.CLAIM, until=until, rule="RET-01", actor=Actor("0" * 32), now=now)

        plan = json.loads(lethe("retention", "plan", "--json").stdout)
        shown = lethe("retention", "plan").stdout

        assert [(each["subject_id"], each["why"]) for each in plan["held"]] == [(staying, ["keep"])]
        assert [each["subject_id"] for each in plan["due"]] == [going]
        assert ": fällig: 1 Person; zurückgestellt: 1 Person.\n" in shown
        assert any(staying in line and line.endswith("mit Grund behalten") for line in shown.splitlines())

    def test_of_an_earlier_day_says_what_was_due_then(self, lethe, overdue):
        overdue(1)

        result = lethe("retention", "plan", "--day", "2020-01-01", "--json")

        assert (result.exit_code, json.loads(result.stdout)["due"]) == (0, [])

    def test_counts_values_of_custom_fields_apart_from_people(self, lethe, opened, overdue):
        overdue(1)
        set_at = opened.clock.now() - timedelta(days=800)
        with opened.database.writing() as session:
            define(session, set_at)
            make_person(session, set_at, fields={"last_name": "Ott", "custom_industry": "Chemie"})

        answer = lethe("retention", "plan")

        assert "1 Person, 1 Wert eines eigenen Felds" in answer.output
        assert "RET-38\t1\t" in answer.output

    @pytest.mark.usefixtures("installed")
    def test_counts_protocols_apart_from_people(self, lethe, opened):
        day, at = date(2019, 5, 4), datetime(2019, 5, 4, 2, tzinfo=UTC)
        run = {"id": new_id(), "day": day, "state": "done", "planned": 0, "counts": "{}", "skipped": "{}"}
        with opened.database.writing() as session:
            session.execute(insert(RetentionRun), [{**run, "started_at": at, "finished_at": at}])

        answer, as_json = lethe("retention", "plan"), json.loads(lethe("retention", "plan", "--json").stdout)

        assert ": fällig: 0 Personen, 1 Löschprotokoll; zurückgestellt: 0 Personen.\n" in answer.stdout
        assert as_json["counts"] == as_json["others"] == {"RET-24": 1}

    def test_says_which_rules_change_before_that_run(self, lethe, opened, overdue):
        overdue(1)
        now, coordinator = opened.clock.now(), Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
        tomorrow = now.date() + timedelta(days=1)
        why = Justification(reason="Weniger genügt", opinion="agrees", opinion_text="", effective_on=tomorrow)
        by = {"why": why, "expected_version": 0, "today": now.date(), "actor": coordinator, "now": now}
        with opened.database.writing() as session:
            change_rule(session, code="RET-17", period=Period(6, Unit.MONTHS), is_longer=False, **by)

        today, then = lethe("retention", "plan"), lethe("retention", "plan", "--day", tomorrow.isoformat())

        assert "RET-17" not in today.stderr
        assert "Vor diesem Lauf ändert sich RET-17; er rechnet die Fristen zuerst neu" in then.stderr

    @pytest.mark.usefixtures("installed")
    def test_with_nothing_due_says_so(self, lethe):
        result = lethe("retention", "plan")

        assert (result.exit_code, result.stdout.endswith(": fällig: 0 Personen; zurückgestellt: 0 Personen.\n")) == (0, True)

    @pytest.mark.usefixtures("installed")
    @pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31"])
    def test_of_a_day_on_which_nothing_can_have_been_due_says_so(self, lethe, day):
        refused = lethe("retention", "plan", "--day", day)

        assert refused.exit_code == 2
        assert "An diesem Tag kann nichts fällig gewesen sein" in refused.stderr

    def test_of_no_day_is_refused_with_2(self, lethe):
        assert lethe("retention", "plan", "--day", "gestern").exit_code == 2


class TestPause:
    @pytest.fixture
    def paused(self, opened, overdue):
        overdue(1)
        now = opened.clock.now()
        until, coordinator = now.date() + timedelta(days=5), Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
        with opened.database.writing() as session:
            pausing.begin(session, reason="Umzug des Servers", until=until, today=now.date(), actor=coordinator, now=now)
        return until.isoformat()

    def test_is_named_by_the_plan(self, lethe, paused):
        assert f"Bis {paused} pausieren alle Läufe" in lethe("retention", "plan").stderr
        assert json.loads(lethe("retention", "plan", "--json").stdout)["paused_until"] == paused

    def test_lets_no_run_say_that_all_is_forgotten(self, lethe, paused, living):
        refused = lethe("retention", "run", "--yes")

        assert (refused.exit_code, refused.stdout, living()) == (1, "", 1)
        assert f"Bis {paused} pausieren alle Läufe; es wurde nichts vergessen." in refused.stderr


class TestRun:
    def test_forgets_once_and_counts_by_rule(self, lethe, overdue, living):
        overdue(2)

        first = lethe("retention", "run", "--yes", "--json")
        second = lethe("retention", "run", "--yes", "--json")

        assert (first.exit_code, second.exit_code) == (0, 0), first.output
        [report] = json.loads(first.stdout)
        assert (report["state"], report["counts"], report["doubt"]) == ("done", {"RET-01": 2}, None)
        assert json.loads(second.stdout) == []
        assert living() == 0
        assert "Heute ist schon vergessen, was fällig war." in lethe("retention", "run", "--yes").stdout

    @pytest.mark.usefixtures("installed")
    def test_with_nothing_due_is_a_run_all_the_same(self, lethe):
        result = lethe("retention", "run", "--yes")

        assert result.exit_code == 0, result.output
        assert ": vergessen sind 0 Personen." in result.stdout

    def test_asks_before_it_forgets(self, lethe, overdue, living):
        overdue(1)

        refused = lethe("retention", "run", input="n\n")

        assert refused.exit_code == 1 and living() == 1
        assert lethe("retention", "run", input="y\n").exit_code == 0
        assert living() == 0

    def test_leaves_entries_of_who_ran_it_and_a_sound_log(self, lethe, overdue):
        overdue(1)

        lethe("retention", "run", "--yes")

        log = lethe("log", "show", "--json").stdout
        assert '"retention:run"' in log and '"cli:' in log
        assert lethe("log", "verify").exit_code == 0


class TestDoubt:
    """A loss by accident is a breach (Art. 4(12) DSGVO)."""

    def test_an_unusual_number_ends_with_1_and_goes_when_confirmed(self, lethe, overdue, living):
        number = run_policy().people + 1
        overdue(number)

        asked = lethe("retention", "run", "--yes", "--json")

        assert asked.exit_code == 1
        assert [(each["state"], each["doubt"]) for each in json.loads(asked.stdout)] == [("asking", "many")]
        assert living() == number
        confirmed = lethe("retention", "run", "--yes", "--confirm-unusual", "--json")
        assert confirmed.exit_code == 0, confirmed.output
        assert [each["counts"] for each in json.loads(confirmed.stdout)] == [{"RET-01": number}]
        assert living() == 0

    def test_a_clock_that_jumped_forward_asks_and_says_what_helps(self, lethe, opened, overdue, living):
        note_run(opened, days_ago=run_policy().standstill_days + 2)
        overdue(1)

        asked = lethe("retention", "run", "--yes")

        assert (asked.exit_code, living()) == (1, 1)
        assert "Prüfen Sie die Uhr; stimmt sie, hilft --confirm-unusual." in asked.stderr
        assert lethe("retention", "run", "--yes", "--confirm-unusual").exit_code == 0
        assert living() == 0

    @pytest.mark.parametrize("command", [("plan",), ("plan", "--json"), ("run", "--yes"), ("run", "--yes", "--json")])
    @pytest.mark.parametrize("back", [timedelta(hours=2), timedelta(days=3)])
    def test_a_clock_that_was_set_back_stops_plan_and_run(self, lethe, opened, overdue, living, clock, back, command):
        overdue(1)
        note_run(opened, days_ago=0)
        clock.advance(-back)

        refused = lethe("retention", *command)

        assert (refused.exit_code, refused.stdout, living()) == (1, "", 1)
        assert "Die Uhr wurde zurückgestellt" in refused.stderr
        assert "Es wurde nichts vergessen. Stellen Sie die Uhr; dann läuft der Löschlauf von selbst." in refused.stderr


class TestRefresh:
    def test_computes_days_that_are_missing_and_forgets_nothing(self, lethe, opened, overdue, living):
        overdue(2)
        with opened.database.writing() as session:
            session.execute(delete(RetentionDue))
        assert json.loads(lethe("retention", "plan", "--json").stdout)["due"] == []

        result = lethe("retention", "refresh")

        assert (result.exit_code, result.stdout) == (0, "Die Fristen von 2 Personen sind neu berechnet.\n")
        assert json.loads(lethe("retention", "plan", "--json").stdout)["counts"] == {"RET-01": 2}
        assert living() == 2
