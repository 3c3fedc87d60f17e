"""A worker that dies by SIGKILL while it hands mail over, at every point: at most one delivery, and nothing lost in silence."""

import itertools
import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.mail import Letter, OutboxMessage
from crm.privacy import post
from tests.support.mail_servers import counting_server
from tests.support.mortal import points_apart

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lives(runtime, now):
    """A function that starts a life and returns the signal or status it ended with."""
    names = ("data_dir", "database_url", "keystore_url", "key_file", "index_dir")
    settings = {name: str(getattr(runtime.settings, name)) for name in names}
    command = [sys.executable, "-m", "tests.integration.mail.mortal"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def live(port, dies_before=None):
            order = {"settings": settings, "now": now.isoformat(), "port": port, "dies_before": dies_before}
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield live
        process.stdin.close()


@pytest.mark.slow
def test_killed_at_each_point_in_turn(runtime, now, lives):
    uncertain = deaths = 0
    step = points_apart(runtime.database)
    with counting_server() as (counter, transport):
        for point in itertools.count(1, step):
            with runtime.database.writing() as session:
                for name in ("first", "second"):
                    post.write(session, Letter(to=f"{name}{point}@example.com", subject="Prüfung", text="Guten Tag."), kind="test", now=now)

            ended = lives(transport.port, dies_before=point)
            assert lives(transport.port) == 0

            delivered = Counter(counter.recipients)
            counter.messages.clear()
            with runtime.database.reading() as session:
                states = Counter(session.scalars(select(OutboxMessage.state)))
            doubtful = states["maybe_sent"] - uncertain
            uncertain += doubtful
            assert max(delivered.values()) == 1, f"sent twice: killed at point {point}"
            assert doubtful <= 1, f"more than the one on its way is uncertain: killed at point {point}"
            assert len(delivered) + doubtful >= 2, f"lost in silence: killed at point {point}"
            assert states.keys() <= {"accepted", "maybe_sent"}
            deaths += ended == signal.SIGKILL
            if ended == 0:
                break

    assert deaths * step == point - 1 > 20
    assert 0 < uncertain < deaths
