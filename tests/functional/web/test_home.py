"""Mein Arbeitsplatz: what is due for the role, and what to do when nothing is."""

from datetime import timedelta

from crm.actor import Role
from crm.models.privacy_task import TaskKind
from crm.privacy import tasks
from tests.functional.web.conftest import strip_number


def open_task(house, person, kind, days):
    with house.database.writing() as session:
        tasks.open_many(session, [(person, kind, (house.now + timedelta(days=days)).date())], now=house.now)


class TestSales:
    def test_sees_what_is_open_about_their_own_contacts(self, house, sales):
        mine = house.take_in(fields={"last_name": "Meins"}, owner_id=sales.member.id)
        theirs = house.take_in(fields={"last_name": "Fremd"})
        open_task(house, mine, TaskKind.NOTICE_DUE, -2)
        open_task(house, theirs, TaskKind.NOTICE_DUE, 3)

        text = sales.get("/").text

        assert "Meins" in text
        assert "überfällig seit 21.11.2026" in text
        assert f"/contacts/{mine}" in text
        assert "Fremd" not in text
        assert f"/contacts/{theirs}" not in text

    def test_does_not_read_a_name_that_the_purpose_does_not_show(self, house, sales):
        person = house.take_in("contract_person", fields={"last_name": "Geheim"}, owner_id=sales.member.id)
        open_task(house, person, TaskKind.ORIGIN_UNKNOWN, 3)

        answer = sales.get("/")

        assert "Geheim" not in answer.text
        assert "Kontakt, den dieser Zweck nicht zeigt" in answer.text
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

    def test_is_told_what_it_means_that_nothing_is_due(self, sales):
        text = sales.get("/").text

        assert "Bei Ihren Kontakten ist nichts zu klären" in text
        assert "endet bei Ihren Kontakten keine Frist" in text


class TestOthers:
    def test_privacy_sees_everything_that_is_open_without_names(self, house, colleague):
        person = house.take_in(fields={"last_name": "Geheim"})
        open_task(house, person, TaskKind.ERASURE_REQUESTED, 0)

        text = colleague(Role.PRIVACY).get("/").text

        assert "Löschung gewünscht" in text
        assert "heute" in text
        assert "Geheim" not in text

    def test_auditors_and_administrators_are_led_to_their_pages(self, app, colleague):
        assert 'href="/users"' in colleague(Role.ADMIN).get("/").text
        auditor = colleague(Role.AUDITOR).get("/").text
        assert ('href="/ledger"' in auditor) == ("ledger.index" in app.view_functions)
