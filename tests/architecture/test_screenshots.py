"""The pictures in the documentation show every page, and stay small."""

import re
from pathlib import Path

import pytest

from tests.support.site_pages import page_endpoints

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "reference" / "screenshots.md"
PICTURES = {path.stem for path in (DOCS / "screenshots").glob("*.png")}
SUBJECTS = {name.rsplit("-", 2)[0] for name in PICTURES}
MOST_BYTES = 38_000 * len(PICTURES)  # 38 kB each on average, as when there were 156


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"demo": True})


def test_every_page_is_photographed(runtime):
    missing = {each for each in page_endpoints(runtime) if not any(name.startswith(each.replace(".", "-")) for name in SUBJECTS)}

    assert missing == set(), "Run `make screenshots`; tests/browser/photograph_pages.py says who shows what."


@pytest.mark.parametrize("look", ["1440-light", "1440-dark", "390-light", "390-dark"])
def test_every_subject_is_there_in_each_width_and_theme(look):
    assert {f"{subject}-{look}" for subject in SUBJECTS} <= PICTURES


def test_every_picture_is_in_the_documentation():
    assert set(re.findall(r"\(\.\./screenshots/([^)]+)\.png\)", PAGE.read_text(encoding="utf-8"))) == PICTURES


def test_the_pictures_stay_small():
    assert sum(path.stat().st_size for path in (DOCS / "screenshots").glob("*.png")) < MOST_BYTES
