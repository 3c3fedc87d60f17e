"""While no key can be had, nobody is let in on trust; the page says why and that it passes."""

import pytest

from crm.vault import KeyUnavailableError
from crm.vault.tags import Tags
from tests.support.staff import hire


@pytest.fixture
def keyless(monkeypatch):
    """Take the keys away, as an unreachable key provider does."""

    def refuse(self, name, value):
        raise KeyUnavailableError

    def take():
        monkeypatch.setattr(Tags, "_all", refuse)

    return take


@pytest.mark.parametrize("path", ["/contacts", "/sign-in", "/"])
def test_a_sign_in_that_cannot_be_checked_waits(house, now, browser, keyless, path):
    browser.sign_in(hire(house, now))
    keyless()

    answer = browser.get(path)

    assert answer.status_code == 503
    assert "Schlüssel sind gerade nicht erreichbar" in answer.text
    assert "Vera Kunze" not in answer.text


def test_strangers_still_reach_what_is_for_everybody(browser, keyless):
    keyless()

    assert browser.get("/sign-in").status_code == 200
    assert browser.get("/static/lethe.css").status_code == 200
