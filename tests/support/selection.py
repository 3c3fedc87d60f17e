"""Marks tests by what they need and leaves out those on foreign data that is not there."""

import os
from pathlib import Path

import pytest

_BROWSER = {"browser", "page"}


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Folder with foreign sample data, from `LETHE_SAMPLE_DATA`; without it, tests that ask for this are not collected."""
    return Path(os.environ["LETHE_SAMPLE_DATA"])


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by the marks
def pytest_collection_modifyitems(config, items):
    with_samples = "LETHE_SAMPLE_DATA" in os.environ
    kept, left_out = [], []
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _BROWSER:
            item.add_marker(pytest.mark.browser)
        if "postgres" in getattr(getattr(item, "callspec", None), "params", {}).values():
            item.add_marker(pytest.mark.postgres)
        (kept if with_samples or "sample_data" not in fixtures else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
