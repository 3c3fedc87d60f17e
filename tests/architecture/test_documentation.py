"""The documentation says what is: computed pages agree with the code, and what is named exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crm.cli.main import COMMANDS
from crm.settings import Settings
from tests.support.reference_pages import GENERATED, PAGES

ROOT = Path(__file__).parents[2]
TEXTS = [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("name", GENERATED)
def test_a_computed_page_is_up_to_date(name):
    command = [sys.executable, "tests/support/reference_pages.py", name]
    environment = {**os.environ, "LETHE_LANGUAGE": "en", "PYTHONPATH": str(ROOT)}

    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    assert (PAGES / name).read_text(encoding="utf-8") == result.stdout, "Run `make reference`."


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name):
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_a_link_leads_somewhere(path):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_a_command_that_is_named_exists(path):
    text = path.read_text(encoding="utf-8")
    commands = re.findall(r"(?:`|^)lethe ([a-z]+)", text, re.MULTILINE)
    targets = re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)

    assert set(commands) <= COMMANDS.keys()
    assert set(targets) <= TARGETS


@pytest.mark.parametrize("path", DECISIONS, ids=named)
def test_a_decision_says_what_it_was_chosen_against_and_what_holds_it(path):
    text = path.read_text(encoding="utf-8")

    assert re.match(rf"# {int(path.name[:4])}\. \S", text)
    for part in ("Status:", "Enforced by:", "## Context and problem", "## Options", "## Decision", "## Consequences"):
        assert part in text
    for file in re.findall(r"`((?:tests|docs|crm|\.ci)/[\w./-]+)`", text):
        assert (ROOT / file).exists(), file


def test_decisions_are_numbered_without_gaps():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
