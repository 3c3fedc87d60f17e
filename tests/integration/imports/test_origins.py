"""Where the data of a person came from, as all of their records together say it.

Source: Art. 14(2)(f), 15(1)(g) DSGVO.
"""

import pytest

from crm.ledger import EntryFilter, find_entries
from crm.privacy import duties
from tests.support.exports import contact, record_id, write

FORMS = pytest.mark.parametrize("form", [{}, {"encoding": "cp1252", "quoting": 1}], ids=["api", "weekly"])


def open_tasks(person):
    return [task.kind for task in person.tasks if task.done_at is None]


@FORMS
def test_a_later_record_of_the_same_export_fills_the_gap_and_settles_the_task(installation, tmp_path, form):
    rows = [contact(1, LeadSource=""), contact(1, Id=record_id(2), LeadSource="Messe")]
    write(tmp_path, "Contact.csv", rows, **form)

    installation.take_in(tmp_path)

    paula = installation.people()["0031"]
    assert (paula.origin, open_tasks(paula)) == ("Messe", [])
    assert [task.kind for task in paula.tasks] == ["origin_unknown"]
    assert duties.DUTY not in paula.state.grounds


def test_the_lead_of_a_contact_fills_the_gap_in_another_import(installation, tmp_path):
    write(tmp_path / "first", "Contact.csv", [contact(1, LeadSource="")])
    write(tmp_path / "second", "Lead.csv", [contact(1, Id=record_id(2, "00Q"), LeadSource="Messe", MobilePhone="0171 5550001")])
    installation.take_in(tmp_path / "first")

    installation.take_in(tmp_path / "second")

    paula = installation.people()["0031"]
    assert (paula.origin, open_tasks(paula), paula.fields["mobile"]) == ("Messe", [], "+491715550001")


def test_the_contact_of_a_sole_trader_fills_the_gap(installation, tmp_path):
    account = {"Id": record_id(1, "001"), "Name": "Malerei Huber e. K.", "AccountSource": ""}
    write(tmp_path, "Account.csv", [account])
    write(tmp_path, "Contact.csv", [contact(1, AccountId=account["Id"], FirstName="Malerei Huber", LastName="e. K.")])

    installation.take_in(tmp_path)

    people = installation.people()
    assert people["0011"].subject_id == people["0031"].subject_id
    assert (people["0011"].origin, open_tasks(people["0011"])) == ("Messe", [])


def test_the_log_says_that_the_origin_was_stated(installation, tmp_path):
    """Art. 5(2) DSGVO."""
    write(tmp_path, "Contact.csv", [contact(1, LeadSource=""), contact(1, Id=record_id(2), LeadSource="Messe")])

    installation.take_in(tmp_path)

    with installation.database.reading() as session:
        entries = find_entries(session, EntryFilter(action="origin:stated"))
    assert len(entries) == 1


def test_an_origin_that_is_known_is_not_overwritten(installation, tmp_path):
    write(tmp_path, "Contact.csv", [contact(1, LeadSource="Messe"), contact(1, Id=record_id(2), LeadSource="Gekauft")])

    installation.take_in(tmp_path)

    assert installation.people()["0031"].origin == "Messe"


@pytest.mark.parametrize("word", ["", "Unbekannt", "unknown"])
def test_a_word_for_not_knowing_leaves_the_task(installation, tmp_path, word):
    write(tmp_path, "Contact.csv", [contact(1, LeadSource=word), contact(1, Id=record_id(2), LeadSource=word)])

    installation.take_in(tmp_path)

    paula = installation.people()["0031"]
    assert (paula.origin, open_tasks(paula)) == ("unbekannt", ["origin_unknown"])
