"""Short units of work go before long work, and long work before nobody for longer than a batch."""

import threading

import pytest

from crm.db import turnstile
from crm.db.turnstile import Turnstile


@pytest.fixture
def gate(tmp_path):
    return Turnstile(tmp_path / "lethe.sqlite.turnstile")


def begin(enter):
    """Enter in a thread of its own; return what tells that it is in, and the thread."""
    inside = threading.Event()

    def go():
        with enter():
            inside.set()

    thread = threading.Thread(target=go)
    thread.start()
    return inside, thread


def test_an_edit_waits_for_the_end_of_the_batch_and_no_longer(gate):
    with gate.working_long():
        edit, thread = begin(gate.passing)
        waited = not edit.wait(0.05)

    thread.join(10)

    assert waited
    assert edit.is_set()


def test_a_batch_begins_only_when_no_edit_waits_or_writes(gate):
    with gate.passing():
        batch, thread = begin(gate.working_long)
        waited = not batch.wait(0.05)

    thread.join(10)

    assert waited
    assert batch.is_set()


def test_edits_take_turns(gate):
    with gate.passing():
        edit, thread = begin(gate.passing)
        waited = not edit.wait(0.05)

    thread.join(10)

    assert waited
    assert edit.is_set()


@pytest.mark.parametrize("stand_still", [Turnstile.working_long, Turnstile.passing])
def test_nobody_waits_for_ever_for_a_process_that_stands_still(gate, monkeypatch, stand_still):
    monkeypatch.setattr(turnstile, "_LONGEST_WAIT", 0.02)
    with stand_still(gate):
        edit, thread = begin(gate.passing)
        thread.join(10)

        assert edit.is_set()
