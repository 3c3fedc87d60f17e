"""Days of forgetting that somebody moved or deleted with SQL are named, and come back by computing anew (Art. 5(1)(e), 5(2) DSGVO)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from crm.models.contact import NoteKind
from crm.models.invoice import Invoice
from crm.privacy import due, due_integrity, due_work, notes
from crm.services.health.days import DaysSound, DaysWrong, VouchersMoved, examine_days
from crm.services.health.stores import open_stores
from tests.integration.privacy.people import SALES, make_person, purpose

ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def people(runtime, clock):
    """Two people whose period runs, one of them with a note, and one whose ground has no end yet."""
    with runtime.database.writing() as session:
        found = [make_person(session, clock.now(), code) for code in ("precontract_request", "precontract_request", "contract_person")]
        note = {"text": "Angerufen.", "kind": NoteKind.CALL, "purpose": purpose(session, "precontract_request")}
        notes.write(session, subject_id=found[0], **note, actor=SALES, now=clock.now())
    return found


def find_wrong(runtime, clock):
    return due_integrity.find_wrong(runtime.database, zone=ZONE, now=clock.now())


def change(runtime, statement):
    with runtime.engine.execution_options(writing=True).begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_days_that_the_rules_give_are_sound_today_and_later(runtime, people, clock):
    assert find_wrong(runtime, clock) == (3, [])

    clock.advance(timedelta(days=900))

    assert find_wrong(runtime, clock) == (3, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE retention_due SET due_on = '2099-01-01' WHERE kind = 'person' AND subject_id = '{}'",
        "DELETE FROM retention_due WHERE kind = 'person' AND subject_id = '{}'",
        "UPDATE retention_due SET due_on = '2099-01-01' WHERE kind = 'note' AND subject_id = '{}'",
        "DELETE FROM retention_due WHERE kind = 'note' AND subject_id = '{}'",
    ],
    ids=["person moved", "person deleted", "note moved", "note deleted"],
)
def test_a_day_that_was_changed_is_named_until_it_is_computed_anew(runtime, people, clock, statement):
    change(runtime, statement.format(people[0]))

    assert find_wrong(runtime, clock) == (3, [people[0]])
    due.refresh_all(runtime.database, now=clock.now())
    assert find_wrong(runtime, clock) == (3, [])


def test_a_day_for_somebody_whose_ground_still_stands_is_named(runtime, people, clock):
    change(
        runtime,
        "INSERT INTO retention_due (subject_id, kind, object_id, rule, started_on, due_on) "
        f"VALUES ('{people[2]}', 'person', '{people[2]}', 'RET-01', '2020-01-01', '2020-02-01')",
    )

    assert find_wrong(runtime, clock) == (3, [people[2]])


def test_the_examination_says_what_helps(runtime, people, clock):
    with open_stores(runtime.settings, now=clock.now()) as stores:
        [sound] = examine_days(stores, now=clock.now())
        change(runtime, "DELETE FROM retention_due")
        [wrong] = examine_days(stores, now=clock.now())

    assert isinstance(sound, DaysSound)
    assert isinstance(wrong, DaysWrong)
    assert wrong.facts["count"] == 2
    assert "lethe retention refresh" in wrong.message


def test_the_last_day_of_an_invoice_that_was_moved_is_named_and_put_back(runtime, people, clock):
    now, today = clock.now(), clock.now().date()
    with runtime.database.writing() as session:
        figures = {"due_on": today, "net_cents": 100, "gross_cents": 119, "created_at": now, "changed_at": now}
        kept = due_work.keep_until(session, today)
        session.add(Invoice(id="e" * 32, number="R-1", source="here", subject_id=people[2], issued_on=today, keep_until=kept, **figures))
    change(runtime, "UPDATE invoice SET keep_until = '2099-12-31'")

    with open_stores(runtime.settings, now=now) as stores:
        [moved] = examine_days(stores, now=now)
        due.refresh_all(runtime.database, now=now)
        [sound] = examine_days(stores, now=now)

    assert isinstance(moved, VouchersMoved)
    assert moved.facts["invoices"] == "e" * 32
    assert isinstance(sound, DaysSound)
