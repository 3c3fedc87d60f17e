"""Who contests the use of their data is weighed once, however many records of the other system say so.

Source: Art. 21(1) DSGVO.
"""

from datetime import timedelta

import pytest

from crm.actor import Actor, Role
from crm.privacy import duties, purposes, tasks
from tests.support.exports import contact, record_id, write

COORDINATOR = Actor("7" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
INDIVIDUAL = record_id(9, "0PK")
YES = pytest.mark.parametrize("yes", ["true", "1"], ids=["api", "weekly"])


def write_records(folder, yes, **files):
    """Write records of one person who contests the use, by the number of their record in each file."""
    for name, number in files.items():
        prefix = {"Contact": "003", "Lead": "00Q"}[name]
        write(folder, f"{name}.csv", [contact(1, Id=record_id(number, prefix), IndividualId=INDIVIDUAL)])
    write(folder, "Individual.csv", [{"Id": INDIVIDUAL, "HasOptedOutProcessing": yes}])


def objection_tasks(installation):
    return [task for task in installation.people()["0031"].tasks if task.kind == "objection_raised"]


def uphold(installation, task):
    now = installation.runtime.clock.now()
    with installation.database.writing() as session:
        task = tasks.get_task(session, subject_id=task.subject_id, task_id=task.id)
        duty = purposes.find_all(session).get(duties.DUTY)
        tasks.uphold_objection(session, task, purpose=duty, actor=COORDINATOR, now=now)


@YES
def test_contact_and_lead_of_one_person_are_one_task(installation, tmp_path, yes):
    write_records(tmp_path, yes, Contact=1, Lead=2)

    report = installation.take_in(tmp_path)

    assert report["people"]["merged"] == 1
    assert len(objection_tasks(installation)) == 1


@YES
def test_another_import_opens_no_second_task_and_begins_nothing_anew_after_the_decision(installation, tmp_path, yes):
    write_records(tmp_path / "first", yes, Contact=1)
    write_records(tmp_path / "second", yes, Lead=2)
    installation.take_in(tmp_path / "first")
    uphold(installation, *objection_tasks(installation))
    installation.runtime.clock.advance(timedelta(hours=1))

    report = installation.take_in(tmp_path / "second")

    assert report["people"]["merged"] == 1
    assert [task.done_at is None for task in objection_tasks(installation)] == [False]
    assert set(installation.people()["0031"].state.grounds) == set()


def test_what_only_the_second_record_says_is_weighed(installation, tmp_path):
    write(tmp_path, "Contact.csv", [contact(1)])
    lead = contact(1, Id=record_id(2, "00Q"), IndividualId=INDIVIDUAL)
    write(tmp_path, "Lead.csv", [lead])
    write(tmp_path, "Individual.csv", [{"Id": INDIVIDUAL, "HasOptedOutProcessing": "1"}])

    installation.take_in(tmp_path)

    assert len(objection_tasks(installation)) == 1


def test_a_consent_row_that_names_nobody_is_nobodys(installation, tmp_path):
    row = {"Id": record_id(3, "0ZX"), "PartyId": "", "ContactPointType": "Email", "PrivacyConsentStatus": "OptOut"}
    write(tmp_path, "Contact.csv", [contact(1)])
    write(tmp_path, "ContactPointTypeConsent.csv", [row])

    report = installation.take_in(tmp_path)

    assert report["files"]["ContactPointTypeConsent.csv"]["skipped"] == 1
    assert installation.people()["0031"].state.objections == set()
