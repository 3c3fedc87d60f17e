"""Mein Arbeitsplatz: what is due for the role, and what to do when nothing is."""

from datetime import timedelta

import pytest

from crm import mail
from crm.actor import Role, system_actor
from crm.mail import Letter, MailState
from crm.models.privacy_task import TaskKind
from crm.privacy import post, tasks
from crm.web.task_words import KIND_TITLES
from tests.functional.web.conftest import strip_number


def open_task(house, person, kind, days):
    with house.database.writing() as session:
        tasks.open_many(session, [(person, kind, (house.now + timedelta(days=days)).date())], actor=system_actor("test"), now=house.now)


class TestSales:
    def test_sees_what_is_open_about_their_own_contacts(self, house, sales):
        mine = house.take_in(fields={"last_name": "Meins"}, owner_id=sales.member.id)
        theirs = house.take_in(fields={"last_name": "Fremd"})
        open_task(house, mine, TaskKind.NOTICE_DUE, -2)
        open_task(house, theirs, TaskKind.NOTICE_DUE, 3)

        text = sales.get("/").text

        assert "Meins" in text
        assert "überfällig seit 21.11.2026" in text
        assert f"/contacts/{mine}/tasks/" in text
        assert "Fremd" not in text
        assert f"/contacts/{theirs}" not in text

    def test_does_not_read_a_name_that_the_purpose_does_not_show(self, house, sales):
        person = house.take_in("contract_person", fields={"last_name": "Geheim"}, owner_id=sales.member.id)
        open_task(house, person, TaskKind.ORIGIN_UNKNOWN, 3)

        answer = sales.get("/")

        assert "Geheim" not in answer.text
        assert "Kontakt unter „Vertrag“" in answer.text
        assert strip_number(answer) == 0

    def test_sees_whose_time_ends_within_ninety_days(self, house, sales):
        almost = house.now - timedelta(days=2 * 365 + 1 - 80)
        later = house.now - timedelta(days=2 * 365 + 1 - 100)
        house.take_in("precontract_request", fields={"last_name": "Bald"}, owner_id=sales.member.id, last_contact_at=almost)
        house.take_in("precontract_request", fields={"last_name": "Später"}, owner_id=sales.member.id, last_contact_at=later)
        house.take_in(
            "precontract_request", "business_contact", fields={"last_name": "Bleibt"}, owner_id=sales.member.id, last_contact_at=almost
        )

        unnamed = sales.get("/").text
        assert "Kontakt unter „Anfrage“" in unnamed
        assert "Bald" not in unnamed.replace("Bald vergessen", "")

        sales.work_for("precontract_request")
        named = sales.get("/").text
        assert ">Bald</a>" in named
        assert "Später" not in named
        assert "Bleibt" not in named

    def test_is_told_what_it_means_that_nothing_is_due(self, house, sales):
        nobodys = sales.get("/").text
        house.take_in(owner_id=sales.member.id)
        somebodys = sales.get("/").text

        assert "Ihnen ist noch kein Kontakt zugeordnet" in nobodys
        assert "Bei Ihren Kontakten ist nichts zu klären" in somebodys
        assert "endet bei Ihren Kontakten keine Frist" in somebodys

    def test_sees_the_first_ten_and_can_have_all(self, house, sales):
        for _ in range(11):
            open_task(house, house.take_in(owner_id=sales.member.id), TaskKind.ORIGIN_UNKNOWN, 3)

        first, everything = sales.get("/").text, sales.get("/?tasks=all").text

        assert first.count("/tasks/") == 10
        assert "1 weitere" in first
        assert everything.count("/tasks/") == 11


class TestPrivacy:
    """Art. 6(1)(c) DSGVO: an open task is the ground to look at the person."""

    @pytest.mark.parametrize("kind", list(TaskKind))
    def test_sees_whom_a_task_of_any_kind_is_about(self, house, colleague, kind):
        person = house.take_in(fields={"last_name": "Gemeint"})
        open_task(house, person, kind, 0)

        text = colleague(Role.PRIVACY).get("/").text

        assert ">Gemeint</a>" in text
        assert str(KIND_TITLES[kind]) in text
        assert "heute" in text
        assert f"/contacts/{person}/tasks/" in text

    def test_is_told_where_tasks_come_from_when_there_is_none(self, colleague):
        text = colleague(Role.PRIVACY).get("/").text

        assert "Keine Aufgabe ist offen" in text
        assert 'href="/ledger"' in text


class TestOthers:
    def test_who_monitors_sees_days_and_pseudonyms_but_no_names(self, house, colleague):
        """Art. 39(1)(b) DSGVO."""
        person = house.take_in(fields={"last_name": "Geheim"})
        open_task(house, person, TaskKind.ERASURE_REQUESTED, -1)

        text = colleague(Role.DPO).get("/").text

        assert "Löschung gewünscht" in text
        assert "überfällig seit" in text
        assert f'href="/ledger/subject/{person}"' in text
        assert "Geheim" not in text

    @pytest.mark.parametrize(
        ("role", "path"),
        [
            (Role.ADMIN, "/users"),
            (Role.AUDITOR, "/ledger"),
            (Role.MARKETING, "/campaigns"),
            (Role.MANAGEMENT, "/reports/quarter"),
            (Role.DPO, "/ledger"),
        ],
    )
    def test_whoever_has_no_due_days_is_led_to_where_their_work_begins(self, colleague, role, path):
        text = colleague(role).get("/").text

        assert f'<p class="row"><a class="btn "\n     href="{path}"' in text


class TestAdministration:
    def test_sees_what_became_of_mail_that_did_not_arrive_for_14_days(self, house, colleague):
        admin = colleague(Role.ADMIN)
        assert "E-Mails der letzten 14 Tage" not in admin.get("/").text
        for state, days in ((MailState.MAYBE_SENT, 13), (MailState.MAYBE_SENT, 15), (MailState.GIVEN_UP, 1)):
            settle_letter(house, state, written_at=house.now - timedelta(days=days))

        text = admin.get("/").text

        assert "Nicht sicher angekommen: 1." in text
        assert "nicht annahm: 1." in text
        assert "eins@example.com" not in text

    def test_alone_sees_it(self, house, sales):
        settle_letter(house, MailState.MAYBE_SENT, written_at=house.now)

        assert "Nicht sicher angekommen" not in sales.get("/").text


def settle_letter(house, state, *, written_at):
    with house.database.writing() as session:
        post.write(session, Letter(to="eins@example.com", subject="Prüfung", text="Guten Tag."), kind="test", now=written_at)
        message = mail.claim(session, now=written_at)
        mail.settle(session, message_id=message.id, outcome=mail.Outcome(state), mail_id="<1@example.com>", now=written_at)


class TestClock:
    """Art. 5(1)(e), 32(1)(b) DSGVO."""

    @pytest.mark.parametrize(("role", "told"), [(Role.PRIVACY, True), (Role.ADMIN, True), (Role.SALES, False)])
    def test_that_was_set_back_is_said_to_those_who_can_do_something(self, house, colleague, role, told):
        reader = colleague(role)
        house.take_in()
        before = reader.get("/").text

        house.clock.advance(-timedelta(hours=2))

        assert ("Die Uhr wurde zurückgestellt" in before, "Die Uhr wurde zurückgestellt" in reader.get("/").text) == (False, told)
