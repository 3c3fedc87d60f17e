"""Whoever writes about a person at the moment of the erasure stumbles over it, and leaves nothing behind (vault.md)."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crm.models.erasure import ErasureCause
from crm.models.retention import DueKind, RetentionDue
from crm.privacy.erasure import eraser, job
from crm.runtime import Runtime
from crm.vault import Subject, SubjectState
from tests.integration.erasure.conftest import COORDINATOR
from tests.support.remains import count_left

ROOT = Path(__file__).parents[3]
TURNS = 4

# A colleague's process, with the key in memory: writes one note after the other until it is told to stop or stumbles.
WRITER = """
import json, sys
from crm.models.contact import NoteKind
from crm.privacy import notes, purposes
from crm.runtime import Runtime
from crm.settings import Settings
from crm.vault import ErasedError
from tests.support.whole_person import SALES

order = json.loads(sys.argv[1])
runtime = Runtime.open(Settings(**order["settings"]))
now = runtime.clock.now()
written = 0
try:
    while True:
        with runtime.database.writing() as session:
            purpose = purposes.find_all(session).get("business_contact")
            subject_id = order["subject_id"]
            notes.write(session, subject_id=subject_id, text="Noch etwas.", kind=NoteKind.NOTE, purpose=purpose, actor=SALES, now=now)
        written += 1
        print(written, flush=True)
except ErasedError:
    print("ErasedError", flush=True)
"""


def settings_of(house):
    settings = house.runtime.settings
    names = ("data_dir", "database_url", "keystore_url", "key_file", "index_dir")
    return {name: str(getattr(settings, name)) for name in names}


def test_a_process_that_writes_on_and_on_stumbles_and_nothing_of_it_is_left(house):
    person = house.person.bystander_id
    order = json.dumps({"settings": settings_of(house), "subject_id": person})

    with subprocess.Popen([sys.executable, "-c", WRITER, order], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        begun = [writer.stdout.readline().strip() for _ in range(3)]
        house.order(person)
        assert house.finish() == 1
        rest = writer.communicate(timeout=60)[0].split()

    assert begun == ["1", "2", "3"]
    assert rest[-1] == "ErasedError"
    with house.database.reading() as session:
        assert count_left(session, [person]) == 0


def test_a_writer_that_has_begun_is_waited_for_and_what_it_wrote_goes_too(house):
    """On SQLite there is one writer at a time; on PostgreSQL the order waits for the row of the person."""
    person = house.person.bystander_id
    other = Runtime.open(house.runtime.settings, clock=house.clock)
    has_begun, may_commit, ordered = threading.Event(), threading.Event(), threading.Event()

    def write():
        with other.database.writing() as session:
            other.vault.begin_write(session, [person])
            today = house.now.date()
            session.add(
                RetentionDue(subject_id=person, kind=DueKind.PERSON, object_id=person, rule="RET-01", started_on=today, due_on=today)
            )
            session.flush()
            has_begun.set()
            may_commit.wait(30)

    def erase():
        house.order(person)
        ordered.set()
        return house.finish()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        assert has_begun.wait(30)
        erasing = pool.submit(erase)
        assert not ordered.wait(0.2)
        may_commit.set()
        writing.result()
        assert erasing.result() == 1

    other.close()
    with house.database.reading() as session:
        assert count_left(session, [person]) == 0


def test_many_who_order_and_finish_at_once_make_one_erasure(house):
    start = threading.Barrier(TURNS)
    others = [Runtime.open(house.runtime.settings, clock=house.clock) for _ in range(TURNS)]

    def erase(runtime):
        start.wait()
        with runtime.database.writing() as session:
            ordered = job.order(
                session,
                subject_id=house.person.subject_id,
                cause=ErasureCause.REQUEST,
                rule=None,
                case_id=None,
                actor=COORDINATOR,
                now=house.now,
            ).id
        return ordered, eraser.finish(runtime.database, vault=runtime.vault, clock=lambda: house.now)

    with ThreadPoolExecutor(TURNS) as pool:
        outcomes = list(pool.map(erase, others))

    for each in others:
        each.close()
    assert len({ordered for ordered, _ in outcomes}) == 1
    assert sum(finished for _, finished in outcomes) == 1
    assert house.actions() == ["erasure:ordered", "erasure:lists_left", "erasure:key_destroyed", "erasure:completed"]
    [state] = [row["state"] for row in house.rows(Subject.__table__) if row["id"] == house.person.subject_id]
    assert state == SubjectState.ERASED
