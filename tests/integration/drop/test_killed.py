"""A worker that dies by SIGKILL while it empties the drop mailbox, at every point: filed once, told once, and nothing stays there."""

import itertools
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.dropped_mail import CUSTOMER, compose
from tests.support.mortal import points_apart

ROOT = Path(__file__).parents[3]
_NAMES = ("data_dir", "database_url", "keystore_url", "key_file", "index_dir")
_DROP = ("drop_address", "drop_host", "drop_port", "drop_user", "drop_password_file")


@pytest.fixture
def lives(office, now):
    """A function that starts a life and returns the signal or status it ended with."""
    settings = {name: str(getattr(office.runtime.settings, name)) for name in (*_NAMES, *_DROP)}
    command = [sys.executable, "-m", "tests.integration.drop.mortal"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def live(dies_before):
            process.stdin.write(json.dumps({"settings": settings, "now": now.isoformat(), "dies_before": dies_before}) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield live
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.timeout(900)  # half a minute on an idle machine
def test_killed_at_each_point_in_turn(office, now, lives):
    person, deaths = office.meet(CUSTOMER), 0
    step = points_apart(office.database)
    for rounds, point in enumerate(itertools.count(1, step), start=1):
        office.put(compose(now, text=f"Angebot {point}."), compose(now, text=f"Irrläufer {point}.", to="fremd@example.com"))

        ended = lives(dies_before=point)
        office.fetch()  # the next worker

        texts = office.notes_of(person)
        assert len([text for text in texts if text.endswith(f" {point}.")]) == 1, f"not filed exactly once: killed at point {point}"
        assert len(office.kinds()) == rounds, f"not told exactly once: killed at point {point}"
        assert office.server.contents() == [], f"something stayed in the mailbox: killed at point {point}"
        deaths += ended == signal.SIGKILL
        if ended == 0:
            break

    assert len(texts) == rounds
    assert deaths * step == point - 1 > 25
