"""What a test needs of the machine: there, or the test is skipped by name with the reason."""

import os

import pytest


def require(present: object, reason: str) -> None:
    """Skip the test if something is not there; fail instead where everything has to be there (`LETHE_REQUIRE_ALL=1`)."""
    if present:
        return
    if os.environ.get("LETHE_REQUIRE_ALL") == "1":
        pytest.fail(f"{reason} LETHE_REQUIRE_ALL=1 asks for every test.", pytrace=False)
    pytest.skip(reason)
