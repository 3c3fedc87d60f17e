"""Marks tests by what they need, and leaves out those on foreign data that is not there, and examples that need no second engine."""

import os
from pathlib import Path

import pytest

from crm import garbage

_BROWSER = {"browser", "page"}
_INTEGRATION = Path(__file__).parents[1] / "integration"
# What speaks to the engine in its own words, or counts what it does, as the modules beside them do: each example runs on both.
_OF_ENGINES = tuple(
    _INTEGRATION / name
    for name in ("db", "vault", "ledger", "search", "migrations", "erasure", "retention", "jobs", "intake", "access", "privacy")
)


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Folder with foreign sample data, from `LETHE_SAMPLE_DATA`; without it, tests that ask for this are not collected."""
    return Path(os.environ["LETHE_SAMPLE_DATA"])


def _is_further_example(item) -> bool:
    """Say whether a test runs on the first engine alone with this example: what a page or use case says of it depends on no engine.

    The first example of each test runs on both, and every example of the tests about engines, unless their mark says otherwise.
    """
    callspec = getattr(item, "callspec", None)
    if callspec is None or callspec.params.get("engine_kind") != "postgres":
        return False
    is_of_engines = item.path.parent == _INTEGRATION or any(folder in item.path.parents for folder in _OF_ENGINES)
    if is_of_engines and not item.get_closest_marker("examples_of_no_engine"):
        return False
    return any(index for name, index in callspec.indices.items() if name != "engine_kind")


garbage.search_seldom()  # twelve thousand tests are found in each process, and all of them stay


def pytest_collection_finish():
    garbage.search_less()


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
