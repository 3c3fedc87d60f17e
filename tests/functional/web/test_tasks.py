"""The page of one task: whom it is about, what is to be done, and the act that settles it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.actor import Role, system_actor
from crm.models.contact import Contact
from crm.models.lawfulness import NoticeEvent
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import lawfulness, objection, purposes, sealing, tasks
from crm.privacy.objection import Objection
from tests.functional.web.conftest import error_at, strip_number

ACTOR = system_actor("test")
SELLING = {"purpose": "business_contact"}
DUTY = {"purpose": "request_handling"}


@pytest.fixture
def task(house):
    """Return a function that takes somebody in with one task, and the address of its page."""

    def make(kind, *codes, **facts):
        person = house.take_in(*codes, fields={"last_name": "Gemeint"}, **facts)
        with house.database.writing() as session:
            if kind is TaskKind.OBJECTION_RAISED:
                objection.raise_many(session, [(person, Objection("business_contact"))], origin="Brief", actor=ACTOR, now=house.now)
            tasks.open_many(session, [(person, kind, (house.now + timedelta(days=5)).date())], actor=ACTOR, now=house.now)
            task_id = session.scalar(select(PrivacyTask.id).where(PrivacyTask.subject_id == person))
        return person, f"/contacts/{person}/tasks/{task_id}"

    return make


@pytest.fixture
def privacy(colleague):
    return colleague(Role.PRIVACY)


def is_open(house, person):
    return house.count(PrivacyTask, PrivacyTask.subject_id == person, PrivacyTask.done_at.is_(None)) == 1


class TestPage:
    @pytest.mark.parametrize("kind", list(TaskKind))
    def test_names_the_person_and_leads_to_the_contact(self, house, privacy, task, kind):
        person, path = task(kind)

        answer = privacy.get(path)

        assert "<h1>Gemeint</h1>" in answer.text
        assert strip_number(answer) == 3
        assert privacy.get(f"/contacts/{person}").status_code == 200
        assert f'href="/contacts/{person}"' in answer.text

    def test_offers_the_purpose_that_shows_the_person(self, house, sales, task):
        _, path = task(TaskKind.ORIGIN_UNKNOWN, "contract_person")

        before = sales.get(path)
        sales.work_for("contract_person")

        assert "Gemeint" not in before.text
        assert "/purpose/contract_person" in before.text
        assert "/origin" not in before.text
        assert "<h1>Gemeint</h1>" in sales.get(path).text

    def test_says_who_can_go_on_where_no_purpose_of_the_role_shows_the_person(self, sales, task):
        _, path = task(TaskKind.ORIGIN_UNKNOWN, "service")

        assert "Die Datenschutzkoordination sieht die Aufgabe" in sales.get(path).text

    def test_of_a_decision_is_for_the_coordinator_alone(self, sales, task):
        _, path = task(TaskKind.ERASURE_REQUESTED)

        assert sales.get(path).status_code == 404


class TestOrigin:
    """Art. 14(2)(f), 15(1)(g) DSGVO."""

    def test_is_stated_and_settles_the_task(self, house, sales, task):
        person, path = task(TaskKind.ORIGIN_UNKNOWN, origin="unbekannt")

        answer = sales.send(f"{path}/origin", {"origin": "Visitenkarte, Messe", **SELLING}, follow_redirects=True)

        with house.database.reading() as session:
            assert sealing.open_origin(session, session.get(Contact, person)) == "Visitenkarte, Messe"
        assert "Die Herkunft ist festgehalten." in answer.text
        assert not is_open(house, person)
        assert len(house.entries("origin:stated")) == 1
        assert "Visitenkarte" not in house.entries("origin:stated")[0]

    @pytest.mark.parametrize(("typed", "sentence"), [("", "woher"), ("unbekannt", "nicht geklärt"), ("x" * 201, "länger als 200")])
    def test_that_says_nothing_is_refused_and_stays_in_the_field(self, house, sales, task, typed, sentence):
        person, path = task(TaskKind.ORIGIN_UNKNOWN)

        answer = sales.send(f"{path}/origin", {"origin": typed, **SELLING})

        assert answer.status_code == 422
        assert sentence in error_at(answer, "origin")
        assert f'value="{typed}"' in answer.text
        assert is_open(house, person)

    def test_of_a_settled_task_changes_nothing(self, house, sales, task):
        person, path = task(TaskKind.ORIGIN_UNKNOWN)
        sales.send(f"{path}/origin", {"origin": "Messe", **SELLING})

        answer = sales.send(f"{path}/origin", {"origin": "Anders", **SELLING})

        with house.database.reading() as session:
            assert sealing.open_origin(session, session.get(Contact, person)) == "Messe"
        assert answer.status_code == 409
        assert "schon erledigt" in answer.text


def test_that_somebody_was_told_is_noted_and_settles_the_task(house, sales, task):
    """Art. 14(3) DSGVO."""
    person, path = task(TaskKind.NOTICE_DUE)

    sales.send(f"{path}/notice", SELLING)

    assert house.count(NoticeEvent, NoticeEvent.subject_id == person, NoticeEvent.act == "given", NoticeEvent.article == "14") == 1
    assert not is_open(house, person)
    assert len(house.entries("notice:given")) == 1


class TestObjection:
    """Art. 21(1) DSGVO."""

    def test_that_is_upheld_ends_the_contested_purpose_and_the_duty(self, house, privacy, task):
        person, path = task(TaskKind.OBJECTION_RAISED)

        privacy.send(f"{path}/objection", DUTY)

        ended = [re.search(r'"pur":"(\w+)"', leaf).group(1) for leaf in house.entries("ground:ended")]
        assert sorted(ended) == ["business_contact", "request_handling"]
        assert not is_open(house, person)
        assert privacy.get(f"/contacts/{person}").status_code == 409

    def test_that_is_upheld_settles_every_task_about_it(self, house, privacy, task):
        person, path = task(TaskKind.OBJECTION_RAISED)
        with house.database.writing() as session:
            tasks.open_many(session, [(person, TaskKind.OBJECTION_RAISED, house.now.date())], actor=ACTOR, now=house.now)

        privacy.send(f"{path}/objection", DUTY)

        assert house.count(PrivacyTask, PrivacyTask.subject_id == person, PrivacyTask.done_at.is_(None)) == 0
        assert len(house.entries("ground:ended")) == 2

    def test_against_a_purpose_that_is_no_longer_in_use_can_be_settled_all_the_same(self, house, privacy, task):
        person, path = task(TaskKind.OBJECTION_RAISED)
        with house.database.writing() as session:
            purpose = purposes.find_all(session).get("business_contact")
            lawfulness.end_ground(session, subject_id=person, purpose=purpose, ends_at=house.now, actor=ACTOR, now=house.now)

        page = privacy.get(path)
        privacy.send(f"{path}/objection", DUTY)

        assert "Es gibt nichts mehr abzuwägen." in page.text
        assert f'action="{path}/objection"' in page.text
        assert not is_open(house, person)

    def test_is_no_act_of_another_task(self, house, privacy, task):
        person, path = task(TaskKind.TIME_UP)

        answer = privacy.send(f"{path}/objection", DUTY)

        assert answer.status_code == 409
        assert is_open(house, person)


class TestPurpose:
    """Art. 5(1)(b) DSGVO."""

    @pytest.mark.parametrize("posted", [{}, {"purpose": "request_handling"}])
    def test_that_the_page_did_not_show_settles_nothing(self, house, sales, task, posted):
        person, path = task(TaskKind.NOTICE_DUE)

        answer = sales.send(f"{path}/notice", posted)

        assert answer.status_code == 422
        assert "für den Ihre Rolle nicht arbeitet" in answer.text
        assert is_open(house, person)

    def test_that_is_refused_keeps_the_origin_and_is_no_mistake_of_its_field(self, house, sales, task):
        person, path = task(TaskKind.ORIGIN_UNKNOWN)

        answer = sales.send(f"{path}/origin", {"origin": "Messe 2024"})

        assert answer.status_code == 422
        assert 'value="Messe 2024"' in answer.text
        assert 'id="f-origin-wrong"' not in answer.text
        assert is_open(house, person)
