"""Fixtures for all tests; each kind has its module in `tests/support`."""

pytest_plugins = [
    "tests.support.selection",
    "tests.support.environment",
    "tests.support.compiled",
    "tests.support.installation",
    "tests.support.databases",
    "tests.support.browsers",
    "tests.support.live_site",
    "tests.support.steered_site",
]
