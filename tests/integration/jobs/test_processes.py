"""Workers as real processes: one leads, another takes over when it dies, and what runs is finished before a worker stops."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from crm.clock import SystemClock
from crm.mail import Letter
from crm.privacy import post
from crm.services import job_runs
from tests.support.mail_servers import counting_server

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
PATIENCE = 40  # a loaded machine; an idle one takes two seconds


class Worker:
    """One running worker, and what it has said so far."""

    def __init__(self, order):
        command = [sys.executable, "-m", "tests.integration.jobs.mortal", json.dumps(order)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self._said = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self):
        for line in self.process.stdout:
            self._said.append(json.loads(line)["event"])

    def has_said(self, event):
        return event in self._said

    def count(self, event):
        return self._said.count(event)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._listener.join()
        self.process.stdout.close()


def await_that(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def diary(tmp_path):
    return tmp_path / "diary"


@pytest.fixture
def start(runtime, keystore, diary):
    """Start a worker on this installation: `start(takes=5)`."""
    names = ("data_dir", "database_url", "keystore_url", "key_file", "index_dir")
    settings = {name: str(getattr(runtime.settings, name)) for name in names}
    started = []

    def run(*, takes=0, **more):
        started.append(Worker({"settings": settings | more, "diary": str(diary), "takes": takes}))
        await_that(lambda: started[-1].has_said("worker.started"))
        return started[-1]

    yield run
    for worker in started:
        worker.kill()


def lines(diary):
    return [line.split()[0] for line in diary.read_text(encoding="utf-8").splitlines()] if diary.exists() else []


class TestLeader:
    def test_that_dies_is_followed_by_another_who_does_what_waits(self, runtime, start):
        with counting_server() as (counter, transport):
            server = {"smtp_host": "127.0.0.1", "smtp_port": transport.port}
            first, second = start(**server), start(**server)
            assert first.has_said("leader.gained") and not second.has_said("leader.gained")

            first.kill()
            with runtime.database.writing() as session:
                letter = Letter(to="eins@example.com", subject="Prüfung", text="Guten Tag.")
                post.write(session, letter, kind="test", now=SystemClock().now())
            await_that(lambda: second.has_said("leader.gained"))
            await_that(lambda: counter.recipients == ["eins@example.com"])

        assert not second.has_said("leader.lost")

    @pytest.mark.parametrize("engine_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
    def test_whose_connection_is_cut_notices_and_somebody_leads_again(self, runtime, start):
        workers = [start(), start()]
        holder = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")

        with runtime.engine.connect() as connection:
            connection.execute(holder)

        await_that(lambda: workers[0].has_said("leader.lost"))
        await_that(lambda: sum(worker.count("leader.gained") for worker in workers) == 2)


class TestSlot:
    def test_runs_once_with_two_workers(self, runtime, start, diary):
        workers = [start(), start()]

        await_that(lambda: _runs(runtime) == [(1, True)])
        workers[0].kill()
        await_that(lambda: workers[1].has_said("leader.gained"))
        await_that(lambda: workers[1].has_said("test.nothing_due"))  # only who leads looks

        assert not workers[1].has_said("test.due")
        assert lines(diary) == ["begun", "done"]

    def test_whose_worker_was_killed_is_tried_again_by_the_next_leader(self, runtime, start, diary):
        first = start(takes=600)
        await_that(lambda: lines(diary) == ["begun"])

        first.kill()
        start()

        await_that(lambda: lines(diary) == ["begun", "begun", "done"])
        await_that(lambda: _runs(runtime) == [(2, True)])


class TestStop:
    def test_finishes_what_runs(self, runtime, start, diary):
        worker = start(takes=2)
        await_that(lambda: lines(diary) == ["begun"])

        worker.process.send_signal(signal.SIGTERM)

        assert worker.process.wait(timeout=PATIENCE) == 0
        assert lines(diary) == ["begun", "done"]
        assert _runs(runtime) == [(1, True)]


def _runs(runtime):
    with runtime.database.reading() as session:
        return [(run.attempts, run.is_finished) for run in job_runs.find_runs(session, job="test")]
