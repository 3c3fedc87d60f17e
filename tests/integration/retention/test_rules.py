"""Rules in versions: what a change takes, when it takes effect, and that the days kept ready follow (Art. 5(1)(e), 5(2) DSGVO)."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.models.erasure import RetainedDocument
from crm.privacy import documents, due, due_integrity, purposes, retention_changes, row_integrity
from crm.privacy.documents import NewDocument
from crm.privacy.documents.duty import PURPOSE
from crm.privacy.erasure import new_rules, run
from crm.privacy.erasure.periods_by_rule import find_running_rules
from crm.privacy.periods import CarriedOut, Period, Unit, find_shipped
from crm.privacy.retention_changes import Justification, Standing
from crm.privacy.retention_errors import LongerThanDefaultError, OpinionTextMissingError, PeriodFaultError, ShorterThanDutyError
from crm.privacy.retention_rules import FRAME, Frame, Sector, SystemOfRecord, find_rules

ACCOUNTING = Actor("7" * 32, frozenset({Role.ACCOUNTING}), Role.ACCOUNTING)
ZONE = ZoneInfo("Europe/Berlin")
COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
TWELVE_MONTHS = Period(12, Unit.MONTHS)


def justify(house, days=0, opinion="agrees", text=""):
    return Justification(reason="So entschieden", opinion=opinion, opinion_text=text, effective_on=house.today + timedelta(days=days))


def change(house, code, period, *, is_longer=False, why=None, version=0):
    with house.database.writing() as session:
        retention_changes.change_rule(
            session,
            code=code,
            period=period,
            is_longer=is_longer,
            why=why or justify(house),
            expected_version=version,
            today=house.today,
            actor=COORDINATOR,
            now=house.now,
        )


def become_a_bank(house):
    frame = Frame(Sector.FINANCIAL, SystemOfRecord.ERP)
    with house.database.writing() as session:
        retention_changes.change_frame(
            session, frame=frame, why=justify(house), expected_version=0, today=house.today, actor=COORDINATOR, now=house.now
        )


def standings(house, code):
    with house.database.reading() as session:
        return [each.standing for each in retention_changes.find_changes(session, code)]


def take_effect(house):
    return new_rules.take_effect(house.database, actor=run.KEEPER, now=house.now)


def test_what_the_concept_says_a_run_carries_out_is_what_it_does(house):
    with house.database.reading() as session:
        running = find_running_rules(session)

    assert running == {code for code, rule in find_shipped().items() if rule.carried_out is CarriedOut.RUN}


class TestTakesEffect:
    def test_on_its_day_and_moves_every_day_by_then(self, house):
        person = house.person(days_ago=400)
        change(house, "RET-01", TWELVE_MONTHS, why=justify(house, days=2))

        before = (house.run(), person in house.living(), standings(house, "RET-01"))
        house.clock.advance(timedelta(days=2))
        house.run()

        assert before[1:] == (True, [Standing.WAITS])
        assert standings(house, "RET-01") == [Standing.HOLDS]
        assert person not in house.living()

    def test_before_a_run_that_an_interruption_held_up(self, house, monkeypatch):
        """A longer period, put into effect by a process that died: nobody goes by the days of the shorter one."""
        person = house.overdue(1, days_ago=800)[0]
        change(house, "RET-01", Period(36, Unit.MONTHS), is_longer=True)
        monkeypatch.setattr(due, "refresh_all", lambda *_args, **_kinds: (_ for _ in ()).throw(RuntimeError("died")))
        with pytest.raises(RuntimeError):
            take_effect(house)
        monkeypatch.undo()

        house.run()

        assert person in house.living()
        assert take_effect(house) is False

    def test_one_after_the_other_and_leaves_every_version_to_be_read(self, house):
        change(house, "RET-17", TWELVE_MONTHS)
        take_effect(house)
        change(house, "RET-17", Period(6, Unit.MONTHS), version=1, why=justify(house, days=5))
        change(house, "RET-17", Period(9, Unit.MONTHS), version=2)
        take_effect(house)

        assert standings(house, "RET-17") == [Standing.HOLDS, Standing.REPLACED, Standing.HELD]
        with house.database.reading() as session:
            assert find_rules(session)["RET-17"].period == Period(9, Unit.MONTHS)
            assert row_integrity.compare(session).is_sound

    def test_for_documents_whose_rows_stay_bound_to_the_log(self, house):
        person = house.person()
        with house.database.writing() as session:
            paper = NewDocument(rule="RET-10", title="Rechnung 1", content=b"%PDF-1.7", issued_on=date(2025, 3, 10))
            duty = purposes.find_all(session).get(PURPOSE)
            documents.file(session, subject_id=person, document=paper, purpose=duty, today=house.today, actor=ACCOUNTING, now=house.now)

        become_a_bank(house)
        take_effect(house)

        with house.database.reading() as session:
            assert session.scalars(select(RetainedDocument.keep_until)).one() == date(2035, 12, 31)
            assert row_integrity.compare(session).is_sound
        assert len(house.entries("document:moved")) == 1
        assert due_integrity.find_wrong(house.database, zone=ZONE, now=house.now)[1] == []


class TestTakesNothing:
    @pytest.mark.parametrize(
        ("code", "period", "error"),
        [
            ("RET-11", Period(71, Unit.MONTHS), ShorterThanDutyError),
            ("RET-10", Period(7, Unit.YEARS), ShorterThanDutyError),
            ("RET-17", Period(25, Unit.MONTHS), LongerThanDefaultError),
        ],
    )
    def test_shorter_than_a_statute_says_or_longer_than_the_default_by_a_slip(self, house, code, period, error):
        with pytest.raises(error):
            change(house, code, period)

        assert standings(house, code) == []

    def test_of_eight_years_from_a_bank(self, house):
        become_a_bank(house)
        take_effect(house)

        with pytest.raises(ShorterThanDutyError):
            change(house, "RET-10", Period(8, Unit.YEARS))
        assert standings(house, FRAME) == [Standing.HOLDS]

    def test_against_the_dpo_without_saying_what_they_object(self, house):
        with pytest.raises(OpinionTextMissingError):
            change(house, "RET-17", TWELVE_MONTHS, why=justify(house, opinion="dissents"))


def test_a_period_of_nothing_is_refused_where_there_is_one(house):
    """A slip of one key would make everybody due at once."""
    with pytest.raises(PeriodFaultError):
        change(house, "RET-01", Period(0, Unit.MONTHS))
