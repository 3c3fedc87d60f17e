"""Mail servers that hang, refuse or hang up: at most one delivery of each message, and none stands in the way of the others."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from crm.db import make_lasting_lock
from crm.mail import Letter, MailState, OutboxMessage, Outcome, claim, settle, tidy
from crm.privacy import post
from tests.support.mail_servers import ScriptedServer, counting_server, self_signed

SENDER = "lethe@firma.example"
LATER = timedelta(days=1)


@pytest.fixture
def write(runtime, now):
    def run(to, *, after=0, text="Guten Tag."):
        with runtime.database.writing() as session:
            post.write(session, Letter(to=to, subject="Prüfung", text=text), kind="test", now=now + timedelta(microseconds=after))

    return run


@pytest.fixture
def deliver(runtime, now):
    """Run one round: `deliver(transport, after=LATER)`."""
    return lambda transport, after=timedelta(seconds=1): post.deliver(runtime.database, transport, sender=SENDER, now=now + after)


@pytest.fixture
def find(runtime):
    """Return (state, answer) of every message in the order of writing."""

    def run():
        with runtime.database.reading() as session:
            return [(row.state, row.answer) for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.written_at))]

    return run


class TestServerThatBreaksOff:
    """RFC 5321, 4.1.1.10: what was not sent to its end is not delivered; afterwards only the answer tells."""

    @pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "hangs up"])
    @pytest.mark.parametrize("point", ["greeting", "mail", "data"])
    def test_before_the_data_is_tried_again_later(self, write, deliver, find, point, hangs):
        write("eins@example.com")

        with ScriptedServer(point, hangs=hangs) as server:
            assert deliver(server.transport) == 0
        assert find() == [("waiting", None)]

        with counting_server() as (counter, transport):
            deliver(transport, after=LATER)
        assert counter.recipients == ["eins@example.com"]

    def test_within_the_data_is_tried_again_later(self, write, deliver, find):
        write("eins@example.com", text="Viel zu lesen.\n" * 1_000_000)  # more than waits in the buffers of the way there

        with ScriptedServer("content", hangs=False) as server:
            deliver(server.transport)
        assert find() == [("waiting", None)]

    @pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "hangs up"])
    def test_after_the_data_is_never_sent_again_and_shown_as_uncertain(self, write, deliver, find, hangs):
        write("eins@example.com")

        with ScriptedServer("end", hangs=hangs) as server:
            deliver(server.transport)
        with counting_server() as (counter, transport):
            deliver(transport, after=LATER)

        assert (counter.recipients, find()) == ([], [("maybe_sent", None)])

    def test_is_asked_once_in_a_round_and_the_other_messages_go_next_time(self, write, deliver, find):
        for number in range(3):
            write(f"nummer{number}@example.com", after=number)

        with ScriptedServer("mail", hangs=True) as server:
            deliver(server.transport)
            assert server.connections == 1
        with counting_server() as (counter, transport):
            deliver(transport)

        assert counter.recipients == ["nummer1@example.com", "nummer2@example.com"]
        assert find()[0] == ("waiting", None)


class TestServerThatRefuses:
    def test_for_good_is_not_asked_again(self, write, deliver, find):
        write("niemand@example.com")

        with counting_server() as (counter, transport):
            counter.recipient_replies["niemand@example.com"] = "550 no such user"
            deliver(transport)
            counter.recipient_replies.clear()
            deliver(transport, after=LATER)

        assert (counter.recipients, find()) == ([], [("given_up", 550)])

    def test_the_whole_message_for_good_is_not_asked_again(self, write, deliver, find):
        write("eins@example.com")

        with counting_server() as (counter, transport):
            counter.reply = "554 rejected"
            deliver(transport)
            deliver(transport, after=LATER)

        assert (len(counter.messages), find()) == (1, [("given_up", 554)])

    def test_for_now_is_asked_again_for_three_days_of_attempts(self, write, deliver, find):
        write("voll@example.com")

        with counting_server() as (counter, transport):
            counter.recipient_replies["voll@example.com"] = "452 mailbox full"
            for hours in range(0, 92, 4):
                deliver(transport, after=timedelta(hours=hours))
                if hours < 88:
                    assert find() == [("waiting", 452)]

        assert find() == [("given_up", 452)]

    def test_one_message_takes_the_others_on_the_same_line(self, write, deliver, find):
        for number, name in enumerate(("eins", "niemand", "voll", "drei")):
            write(f"{name}@example.com", after=number)

        with counting_server() as (counter, transport):
            counter.recipient_replies = {"niemand@example.com": "550 no such user", "voll@example.com": "452 mailbox full"}
            assert deliver(transport) == 2

        assert counter.recipients == ["eins@example.com", "drei@example.com"]
        assert [state for state, _answer in find()] == ["accepted", "given_up", "waiting", "accepted"]


class TestBadMessage:
    def test_that_cannot_be_opened_does_not_stand_in_the_way(self, runtime, write, deliver, find):
        for number in range(2):
            write(f"nummer{number}@example.com", after=number)
        with runtime.database.writing() as session:
            first = select(OutboxMessage.id).order_by(OutboxMessage.written_at).limit(1).scalar_subquery()
            session.execute(update(OutboxMessage).where(OutboxMessage.id == first).values(sealed_letter=b"damaged"))

        with counting_server() as (counter, transport):
            deliver(transport)

        assert (counter.recipients, find()) == (["nummer1@example.com"], [("given_up", None), ("accepted", 250)])

    @pytest.mark.parametrize("to", ["böse@example.com", "zwei@example.com\r\nRCPT TO:<drei@example.com>", "", "x" * 2_000 + "@example.com"])
    def test_whose_address_no_server_takes_does_not_stand_in_the_way(self, write, deliver, find, to):
        write(to)
        write("nächste@example.com".replace("ä", "ae"), after=1)

        with counting_server(enable_SMTPUTF8=False) as (counter, transport):
            deliver(transport)
            deliver(transport)

        assert counter.recipients == ["naechste@example.com"]
        assert [state for state, _answer in find()] == ["given_up", "accepted"]

    def test_with_lines_that_begin_with_a_dot_arrives_whole(self, write, deliver):
        write("eins@example.com", text="Erstens\n.\n..zweitens\nMAIL FROM:<x@example.com>")

        with counting_server() as (counter, transport):
            deliver(transport)

        assert [content.partition(b"\r\n\r\n")[2] for _to, content in counter.messages] == [
            b"Erstens\r\n.\r\n..zweitens\r\nMAIL FROM:<x@example.com>\r\n"
        ]


class TestTls:
    """A host that is not this machine; 127.0.0.2 is one for Lethe."""

    def test_is_demanded_and_a_server_without_it_gets_nothing(self, write, deliver, find):
        write("eins@example.com")

        with counting_server(host="127.0.0.2") as (counter, transport):
            deliver(transport)

        assert (counter.messages, find()) == ([], [("waiting", None)])

    def test_with_a_certificate_that_nobody_vouches_for_is_refused_without_falling_back(self, write, deliver, find, tmp_path, now):
        write("eins@example.com")
        context = self_signed(tmp_path, host="127.0.0.2", now=now, days=timedelta(days=30_000 // 10))

        with counting_server(host="127.0.0.2", tls=context) as (counter, transport):
            deliver(transport)

        assert (counter.messages, find()) == ([], [("waiting", None)])


class TestTwoWorkers:
    def test_do_not_take_for_dead_what_the_other_hands_over(self, runtime, write, deliver, find, now):
        write("eins@example.com")
        other = make_lasting_lock(runtime.engine, "mail")
        assert other.hold()
        with runtime.database.writing() as session:
            claim(session, now=now)

        with counting_server() as (counter, transport):
            deliver(transport)
            assert find() == [("handing_over", None)]
            other.release()
            deadline = time.monotonic() + 10  # a server gives the lock back a moment after the connection has ended
            while find() == [("handing_over", None)] and time.monotonic() < deadline:
                deliver(transport)

        assert (counter.messages, find()) == ([], [("maybe_sent", None)])

    @pytest.mark.parametrize(("late", "known"), [(MailState.ACCEPTED, "accepted"), (MailState.WAITING, "maybe_sent")])
    def test_one_that_was_taken_for_dead_may_still_say_that_a_message_arrived(self, runtime, write, find, now, late, known):
        write("eins@example.com")
        with runtime.database.writing() as session:
            message_id = claim(session, now=now).id
        with runtime.database.writing() as session:
            assert tidy(session, now=now).settled == 1

        with runtime.database.writing() as session:
            settle(session, message_id=message_id, outcome=Outcome(late), mail_id="<1@example.com>", now=now)

        assert [state for state, _answer in find()] == [known]
