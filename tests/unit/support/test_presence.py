"""What is missing on a machine skips a test by name, and fails it where everything has to be there."""

import pytest

from tests.support.presence import require


def test_what_is_there_lets_the_test_go_on():
    require("/usr/bin/chromium", "Chromium is missing.")


def test_what_is_missing_skips_with_the_reason(monkeypatch):
    monkeypatch.delenv("LETHE_REQUIRE_ALL", raising=False)

    with pytest.raises(pytest.skip.Exception, match="Chromium is missing"):
        require(None, "Chromium is missing.")


def test_what_is_missing_fails_where_everything_has_to_be_there(monkeypatch):
    monkeypatch.setenv("LETHE_REQUIRE_ALL", "1")

    with pytest.raises(pytest.fail.Exception, match="Chromium is missing"):
        require(None, "Chromium is missing.")
