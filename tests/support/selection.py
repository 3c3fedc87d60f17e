"""Marks tests by what they need, and leaves out those on foreign data that is not there, and examples that need no second engine."""

import os
from pathlib import Path

import pytest

_BROWSER = {"browser", "page"}
_PAGES = Path(__file__).parents[1] / "functional"


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Folder with foreign sample data, from `LETHE_SAMPLE_DATA`; without it, tests that ask for this are not collected."""
    return Path(os.environ["LETHE_SAMPLE_DATA"])


def _is_further_example(item) -> bool:
    """Say whether a functional test runs on the first engine with this example: what a page says of it depends on no engine.

    The first example of each test runs on both, and so does every test of what lies below the pages.
    """
    callspec = getattr(item, "callspec", None)
    if callspec is None or callspec.params.get("engine_kind") != "postgres" or _PAGES not in item.path.parents:
        return False
    return any(index for name, index in callspec.indices.items() if name != "engine_kind")


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
        is_kept = (with_samples or "sample_data" not in fixtures) and not _is_further_example(item)
        (kept if is_kept else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
