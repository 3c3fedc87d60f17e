"""Who comes in as a prospect stays one, and goes 24 months after the last contact whatever the import was for (Art. 5(1)(e) DSGVO)."""

from datetime import date

import pytest
from sqlalchemy import delete

from crm.models.retention import RetentionDue
from crm.privacy import due, due_integrity
from tests.integration.imports.conftest import ZONE
from tests.support.exports import contact, record_id, write

MAPPING = """
kind = "person"
system = "Altkartei"
prospects = {prospects}

[columns]
"Id" = "id"
"LastName" = "last_name"
"LastActivityDate" = "last_contact_at"
"""


@pytest.fixture
def imported(installation, tmp_path):
    """A lead inside its period, one whose time is up, and a contact."""
    write(tmp_path, "Lead.csv", [contact(1, LastActivityDate="2025-03-10"), contact(2, LastActivityDate="2024-11-22")])
    write(tmp_path, "Contact.csv", [contact(3, LastActivityDate="2025-03-10")])
    installation.take_in(tmp_path)
    return {name: taken.subject_id for name, taken in installation.people().items()}


def find_wrong(installation):
    return due_integrity.find_wrong(installation.database, zone=ZONE, now=installation.runtime.clock.now())


DAYS = {"0031": ("RET-01", date(2027, 3, 10)), "0032": ("RET-01", date(2026, 11, 22))}


def test_leads_have_their_day_and_a_contact_has_none(installation, imported):
    assert installation.days() == DAYS
    assert find_wrong(installation) == (3, [])


def test_a_lead_is_due_the_day_after_its_last_and_one_that_was_overdue_waits_for_its_decision(installation, imported):
    assert installation.planned(date(2026, 11, 23)) == ([], [imported["0032"]])
    assert installation.planned(date(2027, 3, 10)) == ([imported["0032"]], [])
    assert installation.planned(date(2027, 3, 11)) == ([imported["0032"], imported["0031"]], [])


def test_the_days_come_back_by_computing_anew(installation, imported):
    with installation.database.writing() as session:
        session.execute(delete(RetentionDue))
    wrong = find_wrong(installation)

    due.refresh_all(installation.database, now=installation.runtime.clock.now())

    assert wrong == (3, sorted([imported["0031"], imported["0032"]]))
    assert installation.days() == DAYS
    assert find_wrong(installation) == (3, [])


def test_a_contact_keeps_the_rule_of_a_relation(installation, imported):
    now = installation.runtime.clock.now()
    with installation.database.reading() as session:
        [ending] = due.find_forgetting(session, [imported["0033"]], zone=ZONE, now=now)[imported["0033"]]

    assert (ending.rule.code, ending.due_on) == ("RET-08", None)


@pytest.mark.parametrize(("prospects", "expected"), [("true", [("RET-01", date(2027, 3, 10))]), ("false", [])])
def test_a_whole_list_can_be_one_of_prospects(installation, tmp_path, prospects, expected):
    path = write(tmp_path, "Messe.csv", [contact(1, LastActivityDate="2025-03-10")])
    (tmp_path / "mapping.toml").write_text(MAPPING.format(prospects=prospects), encoding="utf-8")

    installation.take_in_spreadsheet(path, tmp_path / "mapping.toml")

    assert list(installation.days().values()) == expected
    assert find_wrong(installation) == (1, [])


@pytest.mark.parametrize("order", [("Lead.csv", "Contact.csv"), ("Contact.csv", "Lead.csv")], ids=["lead first", "contact first"])
def test_who_is_a_contact_by_another_record_is_no_prospect(installation, tmp_path, order):
    for number, name in enumerate(order):
        write(tmp_path / str(number), name, [contact(1, Id=record_id(number + 1), LastActivityDate="2025-03-10")])
        installation.take_in(tmp_path / str(number))

    assert len({taken.subject_id for taken in installation.people().values()}) == 1
    assert installation.days() == {}
    assert find_wrong(installation) == (1, [])


def test_who_comes_in_for_a_contract_is_no_prospect(installation, tmp_path):
    write(tmp_path, "Lead.csv", [contact(1, LastActivityDate="2020-01-01")])

    report = installation.take_in(tmp_path, purpose="contract_person")

    assert report["overdue"] == 0
    assert installation.days() == {}
    assert find_wrong(installation) == (1, [])
