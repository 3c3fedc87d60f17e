"""The system's Chromium under Playwright."""

import shutil

import pytest

from tests.support.presence import require

# First the build without windows: the same browser, and a new visitor costs a third.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Quiet: no sandbox inside containers, no traffic of the browser's own.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
]


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, or None."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@pytest.fixture(scope="session")
def browser():
    """A running Chromium."""
    chromium = find_chromium()
    require(chromium, "Chromium is missing: install the package chromium-headless-shell or chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser):
    """A page of a fresh, German-speaking visitor with a desktop screen."""
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()
