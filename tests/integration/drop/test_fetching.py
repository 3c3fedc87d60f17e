"""The mailbox is emptied: each message once, whoever does it and whatever the server does (Art. 5(1)(e), (f) DSGVO)."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from crm.mail import InboxRefusedError, InboxUnreachableError, RealMailInDemoError
from crm.models.contact import Note
from crm.models.retention import JobRun
from crm.privacy import notes
from crm.runtime import Runtime
from crm.services.drop import reading
from crm.services.drop.mailbox import DropPasswordError, make_inbox
from crm.services.drop.policy import drop_policy
from crm.services.health.drop import examine_emptying
from crm.services.health.stores import Stores
from tests.integration.privacy.people import SALES, purpose
from tests.support.dropped_mail import CUSTOMER, DROP, OUTLOOK, compose
from tests.support.imap_servers import ScriptedImapServer
from tests.support.mail_servers import self_signed
from tests.support.staff import on_one_engine
from tests.unit.mail.test_incoming import BOMBS


class TestRound:
    def test_takes_what_somebody_has_looked_at_or_marked_as_deleted_too(self, office, now):
        person = office.meet(CUSTOMER)
        office.server.put(compose(now, text="Gelesen.").as_bytes(), flags=r"(\Seen)")
        office.server.put(compose(now, text="Markiert.").as_bytes(), flags=r"(\Deleted)")

        assert office.fetch() == 2

        assert (len(office.notes_of(person)), office.server.contents()) == (2, [])

    @on_one_engine
    def test_takes_no_more_than_its_measure_and_the_oldest_first(self, office, now, monkeypatch):
        person = office.meet(CUSTOMER)
        monkeypatch.setattr("crm.services.drop.fetching.drop_policy", lambda: replace(drop_policy(), messages_at_once=2))
        office.put(*(compose(now, text=f"Nummer {each}.") for each in range(3)))

        assert office.fetch() == 2

        assert sorted(text.split()[-1] for text in office.notes_of(person)) == ["0.", "1."]
        assert (office.fetch(), len(office.notes_of(person))) == (1, 3)

    @on_one_engine
    def test_reads_no_more_of_a_message_than_its_measure(self, office, now, monkeypatch):
        person = office.meet(CUSTOMER)
        monkeypatch.setattr("crm.services.drop.fetching.drop_policy", lambda: replace(drop_policy(), octets_read=2_000))
        message = compose(now)
        message.add_attachment(b"x" * 100_000, maintype="application", subtype="pdf", filename="a.pdf")
        office.put(message)

        office.fetch()

        [text] = office.notes_of(person)
        assert text.endswith("anbei das Angebot.\n\n[Gekürzt: Die E-Mail ist länger.]\n\nAnhänge, nicht übernommen: mindestens 1")

    def test_with_nothing_there_enters_nothing_and_is_noted(self, office, now):
        assert office.fetch() == office.fetch() == 0

        assert office.entries("drop:fetched") == []
        with office.database.reading() as session:
            [run] = session.scalars(select(JobRun).where(JobRun.job == "drop.fetch"))
        assert (run.slot, run.finished_at) == ("2026-11-23T09", now)

    @pytest.mark.parametrize(("passed", "number"), [(timedelta(days=30), 1), (timedelta(days=30, seconds=1), 0)])
    def test_tells_the_examination_how_much_of_thirty_days_was_not_filed(self, office, now, passed, number):
        office.put(compose(now))
        office.fetch()
        stores = Stores(office.runtime.settings, office.database, office.runtime.vault)

        [found] = examine_emptying(stores, now=now + passed)

        assert found.facts["refused"] == number


class TestOnce:
    def test_the_same_mail_delivered_twice_is_filed_once(self, office, now):
        person = office.meet(CUSTOMER)
        mail = compose(now)
        office.put(mail, b"Received: by another way\r\n" + mail.as_bytes())

        assert office.fetch() == 2

        assert len(office.notes_of(person)) == 1

    def test_a_mail_without_a_message_id_is_filed_once(self, office, now):
        person = office.meet(CUSTOMER)
        mail = compose(now)
        del mail["message-id"]
        office.put(mail, mail)

        office.fetch()

        assert len(office.notes_of(person)) == 1

    @on_one_engine
    def test_another_mail_under_the_same_message_id_is_filed_too(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(*(compose(now, text=each, message_id="<immer@gleich.example>") for each in ("Eins.", "Zwei.")))

        office.fetch()

        assert len(office.notes_of(person)) == 2

    def test_whoever_drops_the_same_refused_mail_twice_is_told_once(self, office, now):
        mail = compose(now)
        office.put(mail, mail)

        office.fetch()

        assert office.kinds() == ["drop_nobody"]
        assert len(office.entries("drop:refused")) == 1

    def test_two_workers_at_once_file_each_mail_once(self, office, now):
        person = office.meet(CUSTOMER)
        office.put(*(compose(now, text=f"Nummer {each}.") for each in range(8)))
        other = Runtime.open(office.runtime.settings, clock=office.runtime.clock)
        gone, start = [], threading.Barrier(2)

        def work(runtime):
            start.wait()
            gone.extend(office.fetch(runtime=runtime) for _round in range(5))

        workers = [threading.Thread(target=work, args=[each]) for each in (office.runtime, other)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        other.close()

        assert (sum(gone), len(office.notes_of(person)), office.server.contents()) == (8, 8, [])
        assert len(office.entries("note:written")) == 8

    def test_without_the_lock_that_keeps_them_apart_it_is_still_once(self, office, now, monkeypatch):
        """A connection that breaks loses its lock while the worker goes on."""
        person = office.meet(CUSTOMER)
        office.put(compose(now))
        first = office.server.inbox()
        with first.connect() as line:
            [waiting] = line.find_oldest(10)
            content = line.read(waiting.uid, 10_000)
        office.fetch()
        office.put(content)

        office.fetch()

        assert len(office.notes_of(person)) == 1


@on_one_engine
class TestBombs:
    """They come from a script: the server of others stumbles over some of them itself."""

    @pytest.mark.parametrize("name", BOMBS)
    def test_leave_the_mailbox_and_harm_no_other_message(self, office, now, name):
        person = office.meet(CUSTOMER)

        with ScriptedImapServer("none", "hangs", BOMBS[name]) as server:
            assert office.fetch(server.inbox(patience=20, patience_in_all=60)) == 1
            assert server.said[-3:] == ["store", "expunge", "logout"]

        office.put(compose(now, text="Danach."))
        office.fetch()
        assert any(text.endswith("Danach.") for text in office.notes_of(person))

    def test_that_cannot_be_read_are_refused_and_their_sender_is_told(self, office):
        with ScriptedImapServer("none", "hangs", BOMBS["nested 200 deep"]) as server:
            office.fetch(server.inbox())

        assert office.kinds() == ["drop_unreadable"]
        assert office.note_rows() == []


class Death(BaseException):
    """What ends a process, and no `except` of ours."""


class TestTrouble:
    def test_a_message_that_cannot_be_settled_stays_and_the_others_go_on(self, office, now, monkeypatch):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text="Stolperstein."), compose(now, text="Gut."))
        write = notes.write

        def stumble(session, **given):
            if "Stolperstein" in given["text"]:
                raise RuntimeError
            return write(session, **given)

        monkeypatch.setattr("crm.privacy.notes.write", stumble)
        with pytest.raises(RuntimeError):
            office.fetch()

        assert len(office.server.contents()) == 1
        monkeypatch.undo()
        assert (office.fetch(), len(office.notes_of(person))) == (1, 2)

    @on_one_engine
    def test_a_message_that_could_not_be_settled_comes_last_from_then_on(self, office, now, monkeypatch):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text="Stolperstein."), compose(now, text="Gut."))
        monkeypatch.setattr("crm.services.drop.fetching.drop_policy", lambda: replace(drop_policy(), messages_at_once=1))
        write = notes.write

        def stumble(session, **given):
            if "Stolperstein" in given["text"]:
                raise RuntimeError
            return write(session, **given)

        monkeypatch.setattr("crm.privacy.notes.write", stumble)
        with pytest.raises(RuntimeError):
            office.fetch()

        assert (office.fetch(), len(office.notes_of(person)), len(office.server.contents())) == (1, 1, 1)

    @on_one_engine
    @pytest.mark.parametrize(("deadly", "deaths", "told"), [(["read_mail"], 2, ["drop_unreadable"]), (["read_mail", "read_head"], 3, [])])
    def test_a_message_over_which_workers_die_keeps_no_other_and_is_given_up(self, office, now, monkeypatch, deadly, deaths, told):
        person = office.meet(CUSTOMER)
        office.put(compose(now, text="Endstation."))
        for name in deadly:
            monkeypatch.setattr(f"crm.services.drop.reading.{name}", partial(_die_over, "Endstation", getattr(reading, name)))

        for death in range(deaths):
            with pytest.raises(Death):
                office.fetch()
            office.put(compose(now, text=f"Gut {death}."))

        assert office.fetch() == 2
        assert (len(office.notes_of(person)), office.kinds(), office.server.contents()) == (deaths, told, [])

    @on_one_engine
    def test_nothing_foreign_is_read_while_others_wait_for_the_database(self, office, now, monkeypatch):
        office.meet(CUSTOMER)
        office.put(compose(now, to=DROP, text=OUTLOOK))
        for name in ("read_mail", "find_carried", "without_history"):
            monkeypatch.setattr(f"crm.services.drop.reading.{name}", partial(_write_meanwhile, office, getattr(reading, name)))

        office.fetch()

        assert len(office.note_rows()) == 1

    @on_one_engine
    def test_a_wrong_password_is_said_and_nothing_is_lost(self, office, now):
        office.put(compose(now))

        with pytest.raises(InboxRefusedError):
            office.fetch(office.server.inbox(password="falsch"))

        assert len(office.server.contents()) == 1

    @on_one_engine
    def test_a_folder_that_is_not_there_is_said(self, office):
        with pytest.raises(InboxRefusedError):
            office.fetch(office.server.inbox(folder='Kein "Ordner'))

    @on_one_engine
    def test_a_server_that_is_not_there_is_out_of_reach(self, office):
        with pytest.raises(InboxUnreachableError):
            office.fetch(office.server.inbox(port=1))

    @on_one_engine
    def test_off_this_machine_a_server_without_tls_is_not_spoken_to(self, office, monkeypatch):
        monkeypatch.setattr("crm.mail.inbox.THIS_MACHINE", frozenset())

        with ScriptedImapServer("none", "hangs") as server, pytest.raises(InboxUnreachableError):
            office.fetch(server.inbox())

        assert "login" not in server.said

    @on_one_engine
    def test_a_certificate_that_does_not_hold_is_not_trusted(self, office, now, monkeypatch, tmp_path):
        context = self_signed(tmp_path, host="127.0.0.1", now=now, days=now - now.replace(day=1))
        with ScriptedImapServer("none", "hangs", tls=context) as server:
            monkeypatch.setattr("crm.mail.inbox._IMPLICIT_TLS", server.port)
            with pytest.raises(InboxUnreachableError):
                office.fetch(server.inbox())

        assert server.said == []

    @on_one_engine
    def test_the_demonstration_reads_no_real_mailbox(self, office):
        with pytest.raises(RealMailInDemoError):
            office.server.inbox(host="imap.example.com", demo=True)

    @on_one_engine
    @pytest.mark.parametrize("content", [None, "", "\n", "zwei\nZeilen", b"\xff\xfe"])
    def test_a_password_that_cannot_be_read_is_said(self, office, tmp_path, content):
        file = tmp_path / "password"
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())

        with pytest.raises(DropPasswordError):
            make_inbox(office.runtime.settings.model_copy(update={"drop_password_file": file}))

    @on_one_engine
    def test_nothing_is_set_and_nothing_happens(self, office):
        off = {"drop_address": None, "drop_host": None, "drop_user": None, "drop_password_file": None}

        assert make_inbox(office.runtime.settings.model_copy(update=off)) is None


class TestFlood:
    """Strangers' mail delays nobody's, and is entered by its number (Art. 32(1)(b) DSGVO)."""

    def test_is_set_aside_by_heads_in_one_round(self, office, now, monkeypatch):
        person = office.meet(CUSTOMER)
        office.put(*(compose(now, **{"from": f"fremd{each}@example.com"}) for each in range(7)), compose(now))
        small = replace(drop_policy(), messages_at_once=1, heads_at_once=3)
        monkeypatch.setattr("crm.services.drop.fetching.drop_policy", lambda: small)

        assert office.fetch() == 8

        assert (len(office.notes_of(person)), office.server.contents(), office.letters()) == (1, [], [])
        assert [(each["res"], each["cnt"]) for each in office.entries("drop:set_aside")] == [
            ("stranger", 3),
            ("stranger", 3),
            ("stranger", 1),
        ]
        [found] = examine_emptying(Stores(office.runtime.settings, office.database, office.runtime.vault), now=now)
        assert (found.facts["refused"], found.facts["aside"]) == (0, 7)


@on_one_engine
class TestServerThatMisbehaves:
    """What was settled stays settled, what was not is there in the next round, and nobody waits longer than the patience."""

    @pytest.mark.parametrize("manner", ["hangs", "drops", "refuses", "drips", "babbles"])
    @pytest.mark.parametrize("point", ["greeting", "capability", "login", "select", "fetch", "store", "expunge"])
    def test_at_any_point(self, office, now, point, manner):
        person = office.meet(CUSTOMER)
        mail = compose(now).as_bytes()

        with ScriptedImapServer(point, manner, mail) as server:
            try:
                office.fetch(server.inbox())
            except (InboxUnreachableError, InboxRefusedError):
                broke_off = True
            else:
                broke_off = False

        assert broke_off or manner == "babbles"
        is_filed = point == "expunge" or not broke_off or (point, manner) == ("store", "refuses")  # the first `store` only marks it
        assert len(office.notes_of(person)) == is_filed
        office.put(mail)
        office.fetch()
        assert len(office.notes_of(person)) == 1

    def test_that_says_more_is_coming_than_was_asked_for_is_not_listened_to(self, office):
        with ScriptedImapServer("fetch", "floods") as server, pytest.raises(InboxUnreachableError):
            office.fetch(server.inbox())

    def test_without_a_way_to_name_one_message_deletes_all_that_are_marked(self, office, now):
        person = office.meet(CUSTOMER)

        with ScriptedImapServer("none", "hangs", compose(now).as_bytes()) as server:
            assert office.fetch(server.inbox()) == 1

        assert server.said[-3:] == ["store", "expunge", "logout"]
        assert len(office.notes_of(person)) == 1


def _die_over(word, read, content):
    if word.encode() in content:
        raise Death
    return read(content)


def _write_meanwhile(office, read, content):
    with office.database.writing():
        return read(content)


def test_notes_typed_and_dropped_stand_side_by_side(office, now):
    person = office.meet(CUSTOMER)
    with office.database.writing() as session:
        given = {"kind": notes.NoteKind.NOTE, "purpose": purpose(session), "actor": SALES, "now": now}
        notes.write(session, subject_id=person, text="Getippt.", **given)
    office.put(compose(now))

    office.fetch()

    with office.database.reading() as session:
        assert len(session.scalars(select(Note)).all()) == 2
