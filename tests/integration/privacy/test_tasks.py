"""An open task opens the person to whoever has to settle it, and no longer than that."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.models.lawfulness import GroundEvent
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import disclosure, duties, restriction, tasks
from crm.privacy.errors import NoLawfulBasisError, PurposeNotAllowedError
from crm.privacy.restriction import RestrictionReason
from crm.privacy.tasks import TaskSettledError
from tests.integration.privacy.people import MARKETING, SALES, make_person, purpose

COORDINATOR = Actor("7" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


@pytest.fixture
def person(runtime, clock):
    with runtime.database.writing() as session:
        return make_person(session, clock.now(), origin="unbekannt")


def open_tasks(runtime, person, now, *kinds):
    with runtime.database.writing() as session:
        day = (now + timedelta(days=30)).date()
        tasks.open_many(session, [(person, kind, day) for kind in kinds], actor=SALES, now=now)
        return {each.kind: each.id for each in session.scalars(select(PrivacyTask).where(PrivacyTask.subject_id == person))}


def look(runtime, person, now):
    with runtime.database.reading() as session:
        return disclosure.open_person(session, subject_id=person, purpose=purpose(session, duties.DUTY), actor=COORDINATOR, now=now)


def inform(runtime, person, task_id, now, actor=SALES):
    with runtime.database.writing() as session:
        task = tasks.get_task(session, subject_id=person, task_id=task_id)
        tasks.note_informed(session, task, purpose=purpose(session), actor=actor, now=now)


def acts(runtime, person):
    with runtime.database.reading() as session:
        rows = session.scalars(select(GroundEvent).where(GroundEvent.subject_id == person, GroundEvent.purpose == duties.DUTY))
        return [each.act for each in rows]


def test_without_a_task_the_coordinator_sees_nobody(runtime, clock, person):
    """Art. 5(1)(b) DSGVO."""
    with pytest.raises(NoLawfulBasisError):
        look(runtime, person, clock.now())


def test_an_open_task_shows_a_person_whose_data_are_restricted_too(runtime, clock, person):
    """Art. 6(1)(c), 18(2) DSGVO."""
    with runtime.database.writing() as session:
        restriction.impose(session, subject_ids=[person], reason=RestrictionReason.TIME_UP, actor=SALES, now=clock.now())

    open_tasks(runtime, person, clock.now(), TaskKind.TIME_UP)

    assert look(runtime, person, clock.now()).fields["last_name"] == "Wehmeier"


def test_two_tasks_are_one_ground_that_ends_with_the_last_of_them(runtime, clock, person):
    ids = open_tasks(runtime, person, clock.now(), TaskKind.NOTICE_DUE, TaskKind.ORIGIN_UNKNOWN)
    open_tasks(runtime, person, clock.now(), TaskKind.TIME_UP)
    inform(runtime, person, ids[TaskKind.NOTICE_DUE], clock.now())

    assert acts(runtime, person) == ["started"]
    assert look(runtime, person, clock.now())


def test_the_ground_ends_with_the_only_task(runtime, clock, person):
    ids = open_tasks(runtime, person, clock.now(), TaskKind.NOTICE_DUE)

    inform(runtime, person, ids[TaskKind.NOTICE_DUE], clock.now())

    assert acts(runtime, person) == ["started", "ended"]
    with pytest.raises(NoLawfulBasisError):
        look(runtime, person, clock.now())


def test_a_task_is_settled_once_and_by_its_own_act(runtime, clock, person):
    ids = open_tasks(runtime, person, clock.now(), TaskKind.NOTICE_DUE, TaskKind.ERASURE_REQUESTED)
    inform(runtime, person, ids[TaskKind.NOTICE_DUE], clock.now())

    for task_id in ids.values():
        with pytest.raises(TaskSettledError):
            inform(runtime, person, task_id, clock.now())


def test_who_does_not_work_for_the_purpose_settles_nothing(runtime, clock, person):
    ids = open_tasks(runtime, person, clock.now(), TaskKind.NOTICE_DUE)

    with pytest.raises(PurposeNotAllowedError):
        inform(runtime, person, ids[TaskKind.NOTICE_DUE], clock.now(), actor=MARKETING)
