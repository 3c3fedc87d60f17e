"""Stopped anywhere and started again, an import ends like one that nobody stopped."""

import pytest
from sqlalchemy import select

from crm.db.errors import DiskFullError
from crm.models.intake import IntakeKind
from crm.models.lawfulness import SuppressionEntry
from crm.privacy.intake import letterbox
from crm.services.imports import batches, runs
from crm.services.imports.importing import ImportOutOfRoomError
from crm.services.imports.runs import ImportRunningError
from crm.vault import KeyStoreFullError, KeyUnavailableError
from tests.support.exports import API, contact, write


class PowerCutError(Exception):
    """Somebody pulled the plug."""


@pytest.fixture
def small_batches(monkeypatch):
    """Put two rows at most into a batch, so that there are many moments to stop at."""
    monkeypatch.setattr(batches, "_SMALLEST", 2)
    monkeypatch.setattr(batches, "_FIRST", 2)
    monkeypatch.setattr(batches, "_LARGEST", 2)


def summary(installation):
    """Return what stands there, without what is random."""
    people = installation.people()
    same = {}
    for name in sorted(people):
        same.setdefault(people[name].subject_id, name)
    return {
        name: (
            same[taken.subject_id],
            taken.fields,
            taken.state.restricted,
            sorted(map(str, taken.state.objections)),
            [task.kind for task in taken.tasks],
            len(taken.notices),
            len(taken.consents),
            taken.company and (taken.company.kind, taken.company.name),
            taken.contact.last_contact_at,
        )
        for name, taken in people.items()
    }


def rows_in(installation, *tables):
    content = installation.content()
    return {table: len(content[table]) for table in tables}


COUNTED = ("contact", "company", "source_record", "ground_event", "objection_event", "restriction_event", "privacy_task", "lookup")


def test_it_goes_on_where_it_was_stopped(installation, small_batches, monkeypatch):
    """Stops before and after the commit of every single batch."""
    note = runs.note
    stops = iter(range(1, 100))
    calls = {"left": 0}

    def note_until_stopped(*arguments):
        calls["left"] -= 1
        if calls["left"] == 0:
            raise PowerCutError
        note(*arguments)

    monkeypatch.setattr(runs, "note", note_until_stopped)
    report = None
    for _ in range(100):
        calls["left"] = 1 + next(stops) % 3
        try:
            importer = installation.importer(API)
            report = importer.apply(progress=lambda _: None).report.as_json(translate=str)
        except PowerCutError:
            continue
        break

    assert report["people"] == {"read": 28, "created": 20, "merged": 4, "refused": 1, "skipped": 3}
    assert summary(installation)["0031"][0] == summary(installation)["00Q5"][0] == "0031"
    assert rows_in(installation, "import_run") == {"import_run": 1}


@pytest.mark.parametrize("full", [DiskFullError, KeyStoreFullError])
def test_a_full_disk_says_how_far_it_came_and_the_same_import_goes_on(installation, another_installation, small_batches, monkeypatch, full):
    note, calls = runs.note, []

    def note_until_full(*arguments):
        calls.append(1)
        if len(calls) == 16:
            raise full
        note(*arguments)

    expected = another_installation.take_in(API)
    monkeypatch.setattr(runs, "note", note_until_full)

    with pytest.raises(ImportOutOfRoomError) as refused:
        installation.take_in(API)

    taken = rows_in(installation, "source_record")["source_record"]
    assert taken > 0
    assert refused.value.facts["file"] == "Contact.csv"
    assert refused.value.facts["row"] > 0
    assert "nichts geändert" not in str(refused.value)
    assert installation.take_in(API) == expected
    assert rows_in(installation, *COUNTED) == rows_in(another_installation, *COUNTED)


def test_a_disk_that_was_full_from_the_start_has_changed_nothing(installation, small_batches, monkeypatch):
    def refuse(*_arguments):
        raise DiskFullError

    monkeypatch.setattr(runs, "note", refuse)

    with pytest.raises(DiskFullError):
        installation.take_in(API)

    assert rows_in(installation, "contact", "company") == {"contact": 0, "company": 0}


@pytest.mark.parametrize("stopped_after", [1, 9, 16, 21])
def test_the_result_is_the_same_as_in_one_run(installation, another_installation, small_batches, monkeypatch, stopped_after):
    note, calls = runs.note, []

    def note_until_stopped(*arguments):
        calls.append(1)
        if len(calls) == stopped_after:
            raise PowerCutError
        note(*arguments)

    expected = another_installation.take_in(API)
    monkeypatch.setattr(runs, "note", note_until_stopped)
    with pytest.raises(PowerCutError):
        installation.take_in(API)

    report = installation.take_in(API)

    assert report == expected
    assert summary(installation) == summary(another_installation)
    assert rows_in(installation, *COUNTED) == rows_in(another_installation, *COUNTED)


def test_records_of_one_person_that_stand_together_are_taken_in_with_one_batch_and_end_as_with_many(
    installation, another_installation, monkeypatch, tmp_path
):
    same = {"LastName": "Muster", "Email": "paula.muster@example.org"}
    told = [{"Phone": "+49 30 1234567"}, {"Title": "Einkauf", "HasOptedOutOfEmail": "1"}, {"Title": "Leitung"}]
    people = [contact(number, **same, **each) for number, each in enumerate(told, 1)] + [contact(4)]
    write(tmp_path / "export", "Contact.csv", people)
    note, batches_taken = runs.note, []
    monkeypatch.setattr(runs, "note", lambda *arguments: (batches_taken.append(1), note(*arguments)))
    foretold = installation.foretell(tmp_path / "export")

    report = installation.take_in(tmp_path / "export")

    assert len(batches_taken) == 1
    assert report == foretold
    assert report["people"] == {"read": 4, "created": 2, "merged": 2, "refused": 0, "skipped": 0}
    for name in ("_SMALLEST", "_FIRST", "_LARGEST"):
        monkeypatch.setattr(batches, name, 1)
    assert another_installation.take_in(tmp_path / "export") == report
    assert len(batches_taken) == 5
    assert summary(installation) == summary(another_installation)
    assert summary(installation)["0031"][1]["position"] == "Einkauf"
    assert rows_in(installation, *COUNTED) == rows_in(another_installation, *COUNTED)


def test_a_stop_before_the_report_was_delivered_costs_no_report(installation):
    delivered = installation.importer(API)
    first = delivered.apply(progress=lambda _: None).report.as_json(translate=str)

    importer = installation.importer(API)
    applied = importer.apply(progress=lambda _: None)
    importer.finish(applied)

    assert applied.report.as_json(translate=str) == first
    assert installation.take_in(API)["people"]["skipped"] == 27


def test_reasons_leave_with_the_report(installation):
    """Art. 5(1)(e) DSGVO: remarks on rows are of no use once they were told."""
    installation.take_in(API)

    assert rows_in(installation, "import_remark") == {"import_remark": 0}


def test_other_terms_are_another_import(installation):
    one = installation.importer(API)
    one.apply(progress=lambda _: None)

    installation.importer(API, purpose="precontract_request").apply(progress=lambda _: None)

    assert rows_in(installation, "import_run") == {"import_run": 2}


def test_two_processes_at_one_import_do_not_count_twice(installation, small_batches):
    first, second = installation.importer(API), installation.importer(API)
    met = []

    def run_the_other(_):
        if not met:
            met.append(1)
            second.apply(progress=lambda _: None)

    with pytest.raises(ImportRunningError):
        first.apply(progress=run_the_other)

    assert installation.take_in(API)["people"] == {"read": 28, "created": 20, "merged": 4, "refused": 1, "skipped": 3}


class TestLetterbox:
    """Nobody who has objected comes in as somebody who may be written to (Art. 21(3) DSGVO)."""

    @pytest.fixture
    def dropped_in(self, installation):
        now = installation.runtime.clock.now()
        with installation.database.writing() as session:
            letterbox.receive(
                session, kind=IntakeKind.OBJECTION, message={"email": "niemand@example.org"}, link_hash=None, language="de", now=now
            )

    def test_is_emptied_before_anybody_is_taken_in(self, installation, dropped_in):
        installation.take_in(API)

        with installation.database.reading() as session:
            assert letterbox.find_newest(session) == 0
            assert len(session.scalars(select(SuppressionEntry)).all()) == 1

    def test_that_cannot_be_emptied_stops_the_import_before_it_begins(self, installation, dropped_in, key_file):
        importer = installation.importer(API)
        key_file.unlink()
        installation.runtime.vault.close()

        with pytest.raises(KeyUnavailableError):
            importer.apply(progress=lambda _: None)

        assert rows_in(installation, "import_run", "contact") == {"import_run": 0, "contact": 0}

    def test_is_left_alone_by_a_dry_run(self, installation, dropped_in):
        installation.foretell(API)

        with installation.database.reading() as session:
            assert letterbox.find_newest(session) > 0
