"""Mail to staff: written with the act, sent by the worker, at most once, and never unsealed on disk."""

import base64
import json
import socket
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from crm.actor import Role
from crm.ledger.tables import entry as ledger_entry
from crm.mail import Attachment, Letter, OutboxMessage, RealMailInDemoError, Transport, claim
from crm.mail.attachment import AttachmentTypeError
from crm.mail.mailbox import keep, list_received
from crm.mail.message import AddressNotWritableError, HeaderInjectionError, HeaderNotAllowedError, to_mime
from crm.privacy import post
from crm.services import mail_queue
from crm.services.accounts import user_changes
from tests.support.staff import ADMIN, hire, quick_hashes  # noqa: F401 - a fixture

SENDER = "lethe@firma.example"
LETTER = Letter(to="vera.kunze@example.com", subject="Prüfung", text="Guten Tag, Ärger gibt es nicht.")


class Keeper:
    """A mail server that keeps everything, or answers what it is told to."""

    def __init__(self, folder, reply="250 OK"):
        self.folder, self.reply, self.deliveries = folder, reply, 0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.deliveries += 1
        if self.reply.startswith("250"):
            keep(self.folder, envelope.content)
        return self.reply


@pytest.fixture
def server(tmp_path):
    """Start a real mail server on loopback; yields (keeper, transport)."""
    keeper = Keeper(tmp_path / "mailbox")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    yield keeper, Transport(host="127.0.0.1", port=port)
    controller.stop()


def write(runtime, now, letter=LETTER):
    with runtime.database.writing() as session:
        post.write(session, letter, kind="test", now=now)


def arrived(keeper):
    [file] = keeper.folder.glob("*.eml")
    return message_from_bytes(file.read_bytes(), policy=default)


def find_trouble_of(runtime, now):
    with runtime.database.reading() as session:
        return mail_queue.find_trouble(session, now=now)


def states(runtime):
    with runtime.database.reading() as session:
        return [(row.state, row.attempts) for row in session.scalars(select(OutboxMessage))]


class TestDelivery:
    def test_arrives_with_its_text_and_leaves_no_text_behind(self, runtime, clock, server):
        keeper, transport = server
        write(runtime, clock.now())

        assert post.deliver(runtime.database, transport, sender=SENDER, now=clock.now()) == 1

        [mail] = list_received(keeper.folder)
        assert (mail.to, mail.subject, mail.text.strip()) == (LETTER.to, LETTER.subject, LETTER.text)
        with runtime.database.reading() as session:
            row = session.scalars(select(OutboxMessage)).one()
        assert (row.state, row.sealed_letter, row.accepted_at) == ("accepted", None, clock.now())
        assert (row.mail_id, row.answer, row.answered_at) == (f"<{row.id}@firma.example>", 250, clock.now())

    def test_is_tried_again_when_the_server_refuses_for_now(self, runtime, clock, server):
        keeper, transport = server
        keeper.reply = "451 come back later"
        write(runtime, clock.now())

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())
        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())  # not due yet
        keeper.reply = "250 OK"
        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now() + timedelta(minutes=2))

        assert (keeper.deliveries, states(runtime)) == (2, [("accepted", 2)])

    def test_waits_when_nobody_answers(self, runtime, clock):
        write(runtime, clock.now())

        assert post.deliver(runtime.database, Transport(host="127.0.0.1", port=9), sender=SENDER, now=clock.now()) == 0
        assert states(runtime) == [("waiting", 1)]

    def test_is_not_sent_twice_after_a_crash_between_marking_and_noting(self, runtime, clock, server):
        keeper, transport = server
        write(runtime, clock.now())
        with runtime.database.writing() as session:
            assert claim(session, now=clock.now())  # and here the worker dies

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now() + timedelta(days=1))

        assert (keeper.deliveries, states(runtime)) == (0, [("maybe_sent", 1)])

    @pytest.mark.parametrize("days", [4, 100])
    def test_is_tried_after_a_standstill_however_long(self, runtime, clock, server, days):
        keeper, transport = server
        write(runtime, clock.now())

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now() + timedelta(days=days))

        assert (keeper.deliveries, states(runtime)) == (1, [("accepted", 1)])

    def test_is_given_up_after_three_days_of_attempts_and_not_because_nobody_tried(self, runtime, clock, server):
        keeper, transport = server
        keeper.reply = "451 come back later"
        write(runtime, clock.now())
        back = clock.now() + timedelta(days=10)

        for hours in range(0, 73, 6):
            for minutes in (0, 2, 10, 60):
                post.deliver(runtime.database, transport, sender=SENDER, now=back + timedelta(hours=hours, minutes=minutes))
        assert states(runtime) == [("waiting", 10)]
        post.deliver(runtime.database, transport, sender=SENDER, now=back + timedelta(hours=80))

        assert (keeper.deliveries, states(runtime)) == (11, [("given_up", 11)])
        assert find_trouble_of(runtime, back + timedelta(days=5)).given_up == 1

    def test_that_no_server_is_there_for_is_given_up_after_as_many_attempts_with_an_entry(self, runtime, clock):
        write(runtime, clock.now())

        for days in range(11):
            later = clock.now() + timedelta(days=days)
            post.deliver(runtime.database, Transport(host="127.0.0.1", port=9), sender=SENDER, now=later)

        assert states(runtime) == [("given_up", 11)]
        with runtime.database.reading() as session:
            leaves = session.scalars(select(ledger_entry.c.leaf).where(ledger_entry.c.action == "mail:given_up")).all()
        assert [json.loads(leaf)["res"] for leaf in leaves] == ["given_up"]


class TestAttachments:
    def test_arrive_as_they_were_written(self, runtime, clock, server):
        keeper, transport = server
        content = bytes(range(256)) * 2000
        attached = (Attachment("Antwort 2026-0001.pdf", "application/pdf", content), Attachment("Größe.txt", "text/plain", b"a"))
        write(runtime, clock.now(), replace(LETTER, attachments=attached))

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())

        first, second = arrived(keeper).iter_attachments()
        assert (first.get_filename(), first.get_content_type(), first.get_content()) == (
            "Antwort 2026-0001.pdf",
            "application/pdf",
            content,
        )
        assert (second.get_filename(), second.get_content_disposition()) == ("Größe.txt", "attachment")
        assert arrived(keeper).get_body(("plain",)).get_content().strip() == LETTER.text

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_are_sealed_while_they_wait(self, runtime, clock):
        write(runtime, clock.now(), replace(LETTER, attachments=(Attachment("kunze.pdf", "application/pdf", b"geheim" * 9),)))

        with runtime.database.reading() as session:
            sealed = session.scalars(select(OutboxMessage.sealed_letter)).one()
        assert not {each for each in (b"kunze", b"geheim", base64.b64encode(b"geheim" * 9)) if each in sealed}

    @pytest.mark.parametrize(
        ("name", "arrives"),
        [
            ("../../etc/passwd", "etcpasswd"),
            ("C:\\Rechnung.pdf", "CRechnung.pdf"),
            ("a\r\nBcc: b@example.com.pdf", "aBcc b@example.com.pdf"),
            ("Rechnung\u202efdp.exe", "Rechnungfdp.exe"),
            ('"; filename="x.exe', "filename=x.exe"),
            ("", "anhang"),
            ("x" * 300 + ".pdf", "x" * 76 + ".pdf"),
        ],
    )
    def test_have_a_name_that_is_only_a_name(self, now, name, arrives):
        letter = replace(LETTER, attachments=(Attachment(name, "application/pdf", b""),))

        [part] = to_mime(letter, sender=SENDER, message_id="<1@x>", now=now).iter_attachments()
        assert part.get_filename() == arrives

    @pytest.mark.parametrize("media_type", ["", "pdf", "application/", "application/pdf\r\nBcc: b@example.com", "text/plain; name=x"])
    def test_need_a_media_type(self, now, media_type):
        with pytest.raises(AttachmentTypeError):
            to_mime(replace(LETTER, attachments=(Attachment("a", media_type, b""),)), sender=SENDER, message_id="<1@x>", now=now)


class TestHeaders:
    """RFC 8058: the way out is a button of the mail program."""

    def test_of_the_way_out_arrive_unbroken(self, runtime, clock, server):
        keeper, transport = server
        way_out = {"List-Unsubscribe": f"<https://portal.example.com/u/{'a' * 90}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        write(runtime, clock.now(), replace(LETTER, headers=way_out))

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())

        [file] = keeper.folder.glob("*.eml")
        assert f"List-Unsubscribe: {way_out['List-Unsubscribe']}\r\n".encode() in file.read_bytes()
        assert arrived(keeper)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    @pytest.mark.parametrize("name", ["Bcc", "From", "Sender", "list-unsubscribe\r\nBcc", "X-Anything"])
    def test_that_are_not_a_letters_business_are_refused(self, name):
        with pytest.raises(HeaderNotAllowedError):
            replace(LETTER, headers={name: "b@example.com"})

    def test_that_name_who_reads_an_answer_let_it_come(self, now):
        letter = replace(LETTER, headers={"Reply-To": "brandt@example.com"})

        message = to_mime(letter, sender=SENDER, message_id="<1@x>", now=now)

        assert message["Reply-To"] == "brandt@example.com"
        assert "Auto-Submitted" not in message
        assert to_mime(LETTER, sender=SENDER, message_id="<1@x>", now=now)["Auto-Submitted"] == "auto-generated"

    def test_never_begin_another_one(self):
        with pytest.raises(HeaderInjectionError):
            replace(LETTER, headers={"List-Unsubscribe": "<https://a.example>\r\nBcc: b@example.com"})


class TestLetter:
    def test_never_begins_another_header(self, now):
        with pytest.raises(HeaderInjectionError):
            to_mime(Letter(to="a@example.com", subject="Hallo\nBcc: b@example.com", text=""), sender=SENDER, message_id="<1@x>", now=now)

    @pytest.mark.parametrize(
        "to",
        [
            "=?utf-8?q?x?=@b.de",
            "=?utf-8?q?victim2=40good.example=2C_y?=@b.de",
            "a=?utf-8?q?x?=@b.de",
            "a@example.com, b@example.com",
            "Vera <vera@example.com>",
            "(Vera) vera@example.com",
            "team: a@example.com;",
            "vera",
            "",
        ],
    )
    def test_goes_to_exactly_one_address_or_is_not_written(self, now, to):
        with pytest.raises(AddressNotWritableError):
            to_mime(replace(LETTER, to=to), sender=SENDER, message_id="<1@x>", now=now)

    @pytest.mark.parametrize("to", ["vera.kunze+lethe=x@example.com", "o'neil@xn--mller-kva.de", "müller@firma.example"])
    def test_names_its_one_address_as_it_is(self, now, to):
        written = to_mime(replace(LETTER, to=to), sender=SENDER, message_id="<1@x>", now=now)

        said = written.as_bytes(policy=written.policy.clone(utf8=True))
        assert f"\r\nTo: {to}\r\n".encode() in said
        assert [each.addr_spec for each in written["To"].addresses] == [to]

    @pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
    def test_is_sealed_while_it_waits(self, runtime, clock):
        write(runtime, clock.now())

        with runtime.database.reading() as session:
            sealed = session.scalars(select(OutboxMessage.sealed_letter)).one()
        assert b"kunze" not in sealed
        assert "Ärger".encode() not in sealed


def test_a_demonstration_refuses_a_real_server():
    with pytest.raises(RealMailInDemoError):
        Transport(host="mail.example.com", port=587, demo=True)


def test_the_owner_is_told_when_the_administration_resets_the_second_factor(runtime, clock, server, quick_hashes):  # noqa: F811 - the fixture imported above
    keeper, transport = server
    member = hire(runtime.database, clock.now(), Role.SALES)

    with runtime.database.writing() as session:
        user_changes.reset_second_factor(session, account_id=member.id, actor=ADMIN, now=clock.now())
    post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())

    assert [(mail.to, mail.subject) for mail in list_received(keeper.folder)] == [(member.email, "Zweiter Faktor bei Lethe zurückgesetzt")]


class TestEntries:
    """Art. 5(2) DSGVO: what leaves the house and what is cleared away is in the ledger, without a word of the mail."""

    @staticmethod
    def entered(runtime):
        with runtime.database.reading() as session:
            wanted = select(ledger_entry.c.leaf).where(ledger_entry.c.action.like("mail:%")).order_by(ledger_entry.c.id)
            said = [json.loads(leaf) for leaf in session.scalars(wanted)]
        return [{name: each[name] for name in ("a", "act", "obj", "res", "cnt") if name in each} for each in said]

    def test_name_kind_and_outcome_of_what_was_handed_over(self, runtime, clock, server):
        keeper, transport = server
        write(runtime, clock.now())
        keeper.reply = "550 no"
        write(runtime, clock.now())

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())

        handed_over = {"a": "system:mail", "act": "mail:handed_over", "obj": "test"}
        assert [entry for entry in self.entered(runtime) if "res" in entry] == [handed_over | {"res": "given_up"}] * 2

    def test_name_what_could_not_be_written_and_went_to_no_server(self, runtime, clock, server):
        keeper, transport = server
        write(runtime, clock.now(), replace(LETTER, to="=?utf-8?q?victim=40good.example=2C_y?=@b.de"))
        write(runtime, clock.now())

        assert post.deliver(runtime.database, transport, sender=SENDER, now=clock.now()) == 1

        assert keeper.deliveries == 1
        written = {"a": "system:mail", "act": "mail:written", "obj": "test"}
        first, second, *after = self.entered(runtime)
        assert first == second == written
        assert sorted(after, key=lambda each: each["act"]) == [  # letters of one moment go in any order
            {"a": "system:mail", "act": "mail:given_up", "obj": "test", "res": "given_up"},
            {"a": "system:mail", "act": "mail:handed_over", "obj": "test", "res": "accepted"},
        ]

    def test_count_what_is_forgotten_after_90_days(self, runtime, clock, server):
        _, transport = server
        write(runtime, clock.now())
        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())
        clock.advance(timedelta(days=91))
        write(runtime, clock.now())

        post.deliver(runtime.database, transport, sender=SENDER, now=clock.now())

        assert [entry for entry in self.entered(runtime) if entry["act"] == "mail:forgotten"] == [
            {"a": "system:mail", "act": "mail:forgotten", "cnt": 1}
        ]
