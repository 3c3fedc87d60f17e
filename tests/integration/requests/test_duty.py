"""The duty towards a person stands as long as anything is owed to them, be it a task or a case (Art. 5(1)(e), 6(1)(c) DSGVO)."""

from sqlalchemy import select

from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.models.request_case import RequestCase
from crm.privacy import duties, lawfulness, purposes, tasks
from crm.privacy.requests import people
from tests.integration.requests.conftest import MONDAY, PRIVACY, SALES


def owe_a_notice(desk, person):
    with desk.database.writing() as session:
        tasks.open_many(session, [(person, TaskKind.NOTICE_DUE, MONDAY)], actor=SALES, now=desk.now)


def give_the_notice(desk, person):
    with desk.database.writing() as session:
        task = session.scalars(select(PrivacyTask).where(PrivacyTask.subject_id == person)).one()
        purpose = purposes.find_all(session).get("request_handling")
        tasks.note_informed(session, task, purpose=purpose, actor=PRIVACY, now=desk.now)


def say_not_meant(desk, case_id, person):
    with desk.database.writing() as session:
        people.detach(session, session.get_one(RequestCase, case_id), person, actor=PRIVACY, now=desk.now)


def is_owed(desk, person):
    with desk.database.reading() as session:
        return duties.DUTY in lawfulness.find_grounds(session, [person], now=desk.now).get(person, {})


def test_outlives_a_case_while_a_task_is_open_and_ends_with_the_task(desk):
    person = desk.take_in()
    owe_a_notice(desk, person)
    case_id = desk.open(person)

    say_not_meant(desk, case_id, person)
    after_the_case = is_owed(desk, person)
    give_the_notice(desk, person)

    assert (after_the_case, is_owed(desk, person)) == (True, False)


def test_outlives_the_last_task_while_a_case_is_open_and_ends_with_the_case(desk):
    person = desk.take_in()
    case_id = desk.open(person)
    owe_a_notice(desk, person)

    give_the_notice(desk, person)
    after_the_task = is_owed(desk, person)
    say_not_meant(desk, case_id, person)

    assert (after_the_task, is_owed(desk, person)) == (True, False)
    assert duties.find_without_cause(desk.database, now=desk.now) == []
