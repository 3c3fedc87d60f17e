"""Keeps the machine's own settings out of tests, and gives them their time."""

import os
from datetime import UTC, datetime

import pytest

from crm.clock import SettableClock

_OF_THE_TESTS = {"LETHE_REQUIRE_ALL", "LETHE_SAMPLE_DATA", "LETHE_SCREENSHOTS"}
MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch):
    for name in os.environ:
        if name.startswith("LETHE_") and name not in _OF_THE_TESTS:
            monkeypatch.delenv(name)


@pytest.fixture
def clock() -> SettableClock:
    """Monday, 23 November 2026, 9:00 UTC; it stands still until a test moves it."""
    return SettableClock(MONDAY_MORNING)


@pytest.fixture
def now(clock) -> datetime:
    """The moment at which `clock` starts."""
    return clock.now()
