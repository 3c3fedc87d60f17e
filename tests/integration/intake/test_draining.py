"""The letterbox under faults: nothing is lost, nothing happens twice, nobody waits for somebody else's broken message."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.db.errors import DatabaseUnavailableError
from crm.models.intake import IntakeKeyRow, IntakeKind, IntakeMessage
from crm.models.lawfulness import ObjectionEvent
from crm.portal import create_app
from crm.privacy import intake, objection
from crm.privacy.intake import draining, letterbox
from crm.privacy.lawfulness import Standing
from crm.runtime import PortalRuntime
from crm.settings import Settings
from crm.vault import KeyUnavailableError
from tests.integration.intake.conftest import NOBODY, PERSON


@pytest.fixture
def cut_off(counter, runtime, clock, tmp_path):
    """A portal that was started while neither key provider nor key store could be reached."""
    elsewhere = {"keystore_url": f"sqlite:///{tmp_path}/nowhere/keystore.sqlite", "key_file": tmp_path / "nowhere" / "epoch.keys"}
    portal = PortalRuntime.open(Settings(**{**runtime.settings.model_dump(), **elsewhere}), clock=clock)
    yield create_app(portal).test_client()
    portal.close()
    assert not (tmp_path / "nowhere").exists()


class TestWithoutKeys:
    """Stopping always works."""

    def test_objections_and_requests_are_taken_in_and_take_effect_when_keys_are_back(self, counter, cut_off, key_file):
        person = counter.add_person()
        taken_away = key_file.rename(key_file.with_suffix(".away"))
        counter.runtime.vault.close()

        answers = [cut_off.post("/objection", data={"email": PERSON}), cut_off.post("/erasure", data={"email": PERSON})]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert counter.waiting() == 2
        with pytest.raises(KeyUnavailableError):
            counter.drain()
        assert counter.waiting() == 2
        taken_away.rename(key_file)
        assert counter.drain() == 2
        assert counter.standing(person) is Standing.OBJECTED

    def test_the_public_key_lies_where_the_portal_finds_it_once_for_each_version(self, counter):
        with counter.database.writing() as session:
            intake.publish_key(session, now=counter.clock.now())

        assert counter.count(IntakeKeyRow) == 1

    def test_an_installation_that_published_no_key_says_so_and_keeps_nothing(self, counter):
        with counter.database.writing() as session:
            session.delete(session.scalars(select(IntakeKeyRow)).one())

        answer = counter.object(PERSON)

        assert answer.status_code == 503
        assert "es wurde nichts gespeichert" in answer.text
        assert counter.waiting() == 0


class TestBrokenMessage:
    def test_that_was_tampered_with_is_set_aside_and_holds_up_nobody(self, counter):
        person = counter.add_person()
        counter.object(NOBODY)
        with counter.database.writing() as session:
            session.execute(update(IntakeMessage).values(sealed_message=b"\x01" * 100))
        counter.object(PERSON)

        counter.drain()

        assert counter.standing(person) is Standing.OBJECTED
        assert (counter.waiting(), counter.count(IntakeMessage)) == (0, 1)
        assert counter.drain() == 0

    @pytest.mark.parametrize("message", [{}, {"email": ""}, {"name": "ohne Adresse"}])
    def test_that_anybody_can_seal_to_the_public_key_is_looked_at_too(self, counter, message):
        with counter.database.writing() as session:
            letterbox.receive(session, kind=IntakeKind.OBJECTION, message=message, link_hash=None, language="de", now=counter.clock.now())

        counter.drain()

        assert (counter.waiting(), counter.count(IntakeMessage)) == (0, 1)

    def test_that_somebody_moved_to_another_row_is_set_aside(self, counter):
        for address in (PERSON, NOBODY):
            counter.object(address)
        with counter.database.writing() as session:
            first, second = session.scalars(select(IntakeMessage).order_by(IntakeMessage.sequence))
            first.sealed_message, second.sealed_message = second.sealed_message, first.sealed_message

        counter.drain()

        assert counter.suppressed() == []
        assert counter.count(IntakeMessage) == 2

    def test_whose_effect_fails_is_set_aside_and_those_around_it_take_effect(self, counter, monkeypatch):
        before, after = counter.add_person(), counter.add_person(email="danach@example.com")
        counter.object(PERSON)
        counter.ask_for_erasure(NOBODY)
        counter.object("danach@example.com")
        monkeypatch.setitem(draining.EFFECTS, IntakeKind.ERASURE, fail)

        counter.drain()

        assert [counter.standing(each) for each in (before, after)] == [Standing.OBJECTED] * 2
        assert (counter.waiting(), counter.count(IntakeMessage)) == (0, 1)


def fail(*_arguments, **_facts):
    raise ZeroDivisionError


class TestExactlyOnce:
    def test_a_stop_in_the_middle_leaves_everything_for_the_next_time(self, counter, monkeypatch):
        person = counter.add_person()
        counter.object(PERSON)

        def stop(*_arguments, **_facts):
            raise DatabaseUnavailableError

        with monkeypatch.context() as patch:
            patch.setattr(letterbox, "remove", stop)
            with pytest.raises(DatabaseUnavailableError):
                counter.drain()

        assert (counter.waiting(), counter.acts(), counter.mails()) == (1, [], [])
        counter.drain()
        assert (counter.waiting(), counter.acts(), len(counter.mails())) == (0, ["raised"], 1)
        assert counter.standing(person) is Standing.OBJECTED

    def test_two_that_drain_at_once_do_it_once(self, counter):
        people = [counter.add_person(email=f"person{number}@example.com") for number in range(12)]
        for number in range(12):
            counter.object(f"person{number}@example.com")
        drained = []

        both = [threading.Thread(target=lambda: drained.append(counter.drain())) for _ in range(3)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

        assert sum(drained) == 12
        assert counter.count(ObjectionEvent) == len(people)
        assert len(counter.mails()) == 12

    def test_the_order_is_that_of_dropping_in_even_when_the_clock_is_set_back(self, counter, clock, monkeypatch):
        seen = []
        monkeypatch.setattr(
            objection, "raise_each", lambda _session, objections, **_facts: seen.extend(each.subject_id for each in objections)
        )
        people = []
        for number in range(4):
            people.append(counter.add_person(email=f"person{number}@example.com"))
            counter.object(f"person{number}@example.com")
            clock.advance(-timedelta(minutes=5))

        counter.drain()

        assert seen == people
