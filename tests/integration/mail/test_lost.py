"""Mail that somebody took out of the outbox with SQL is missed, and mail that went as it should is not."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from crm.mail import Letter, OutboxMessage
from crm.models.erasure import ErasureCause
from crm.models.intake import IntakeKind
from crm.privacy import intake, post
from crm.privacy.erasure import eraser, job
from tests.integration.privacy.people import FIELDS, SALES, make_person
from tests.support.mail_server import MailServer

SENDER = "lethe@firma.example"
LETTER = Letter(to="eins@example.com", subject="Prüfung", text="Guten Tag.")


def write(runtime, now):
    with runtime.database.writing() as session:
        post.write(session, LETTER, kind="test", now=now)


def take_out(runtime):
    with runtime.database.writing() as session:
        session.execute(delete(OutboxMessage))


class TestLost:
    """Art. 5(1)(f), 32(1)(d) DSGVO: whoever writes SQL can take mail out, and the log knows that it was written."""

    @pytest.fixture
    def find_lost(self, runtime, clock):
        def find():
            with runtime.database.reading() as session:
                return post.find_lost(session, now=clock.now())

        return find

    def test_is_what_was_taken_out_while_it_waited_or_later(self, runtime, clock, find_lost):
        write(runtime, clock.now())
        post.deliver(runtime.database, MailServer(), sender=SENDER, now=clock.now())
        write(runtime, clock.now())
        before = find_lost()

        take_out(runtime)

        assert (before, find_lost()) == ([], [None, None])

    def test_is_a_confirmation_of_an_objection_too(self, runtime, clock, find_lost):
        with runtime.database.writing() as session:
            intake.publish_key(session, now=clock.now())
            person = make_person(session, clock.now())
            message = {"email": FIELDS["email"]}
            intake.receive(session, kind=IntakeKind.OBJECTION, message=message, link_hash=None, language="de", now=clock.now())
        intake.drain(runtime.database, settings=runtime.settings, now=clock.now())
        before = find_lost()

        take_out(runtime)

        assert (before, find_lost()) == ([], [person])

    def test_is_nothing_that_went_with_an_erased_person(self, runtime, clock, find_lost):
        with runtime.database.writing() as session:
            person = make_person(session, clock.now())
            post.write(session, LETTER, kind="test", now=clock.now(), subject_id=person)
            job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=SALES, now=clock.now())

        eraser.finish(runtime.database, vault=runtime.vault, clock=clock.now)

        with runtime.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
        assert find_lost() == []

    @pytest.mark.parametrize("days", [89, 90, 91])
    def test_is_nothing_that_is_forgotten_in_its_time(self, runtime, clock, find_lost, days):
        write(runtime, clock.now())
        clock.advance(timedelta(days=days))
        write(runtime, clock.now())

        post.deliver(runtime.database, MailServer(), sender=SENDER, now=clock.now())

        assert find_lost() == []
