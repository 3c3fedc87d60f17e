"""Tasks that somebody deletes or marks as done with SQL are missed (Art. 5(2), 12(3), 14(3) DSGVO)."""

import pytest
from sqlalchemy import text

from crm.actor import Actor, Role
from crm.models.privacy_task import PrivacyTask, TaskKind
from crm.privacy import duties, purposes, tasks
from crm.services.health.duties import TasksLost, TasksSound, examine_duties
from tests.integration.privacy.people import SALES, make_person

COORDINATOR = Actor("7" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


@pytest.fixture
def people(runtime, clock):
    """Two people towards whom a duty is open, and one towards whom there is none."""
    with runtime.database.writing() as session:
        found = [make_person(session, clock.now(), "business_contact") for _ in range(3)]
        to_do = [(subject_id, TaskKind.NOTICE_DUE, clock.now().date()) for subject_id in found[:2]]
        tasks.open_many(session, to_do, actor=SALES, now=clock.now())
    return found


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM privacy_task WHERE subject_id = '{}'",
        "UPDATE privacy_task SET done_at = created_at WHERE subject_id = '{}'",
    ],
    ids=["deleted", "marked as done"],
)
def test_a_task_that_nobody_settled_is_missed(runtime, people, clock, statement):
    with runtime.engine.execution_options(writing=True).begin() as connection:
        assert connection.execute(text(statement.format(people[1]))).rowcount == 1

    [finding] = examine_duties(runtime.database, now=clock.now())

    assert isinstance(finding, TasksLost)
    assert finding.facts == {"count": 1, "subjects": people[1]}


def test_a_task_that_an_act_has_settled_is_not_missed(runtime, people, clock):
    with runtime.database.writing() as session:
        task = session.query(PrivacyTask).filter_by(subject_id=people[0]).one()
        duty = purposes.find_all(session).get(duties.DUTY)
        tasks.note_informed(session, task, purpose=duty, actor=COORDINATOR, now=clock.now())

    assert duties.find_without_cause(runtime.database, now=clock.now()) == []
    [finding] = examine_duties(runtime.database, now=clock.now())
    assert isinstance(finding, TasksSound)
