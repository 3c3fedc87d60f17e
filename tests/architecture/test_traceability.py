"""Each requirement stands once in the table that says how far it is met, and what the table names exists (Art. 5(2), 24(1) DSGVO)."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm.privacy.actions import Action

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "legal" / "traceability.md").read_text(encoding="utf-8")
NOTHING = "–"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    id: str
    what: str
    state: str
    modules: str
    tests: str
    seen: str
    missing: str


def required():
    with (ROOT / "config" / "requirements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def paths(cell):
    return re.findall(r"`([^`]+)`", cell)


REQUIRED = required()
LINES = re.findall(r"^\| DS-.*$", PAGE, re.MULTILINE)
ROWS = [Row(*cells(line)) for line in LINES if len(cells(line)) == len(Row.__dataclass_fields__)]


def named(row):
    return row.id


def test_every_requirement_stands_exactly_once_and_in_order():
    assert REQUIRED
    assert [cells(line)[0] for line in LINES] == [each["id"] for each in REQUIRED]


def test_every_line_has_all_columns():
    assert [line for line in LINES if len(cells(line)) != len(Row.__dataclass_fields__)] == []


def test_a_requirement_has_an_area_a_source_and_a_sentence():
    assert [each["id"] for each in REQUIRED if not (each["area"] and each["source"] and each["requirement"].endswith("."))] == []


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_what_is_named_exists(row):
    modules, tests = paths(row.modules), paths(row.tests)

    assert [path for path in (*modules, *tests) if not (ROOT / path).is_file()] == []
    assert [path for path in modules if path.startswith("tests/")] == []
    assert [path for path in tests if not re.fullmatch(r"tests/.*/test_\w+\.py", path)] == []


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_state_says_no_more_than_its_row_shows(row):
    stands = [bool(paths(row.modules)), bool(paths(row.tests)), row.seen != NOTHING, row.missing != NOTHING]

    assert stands == {
        "done": [True, True, True, False],
        "partly": [True, True, True, True],
        "not yet": [False, False, False, False],
    }.get(row.state), f"{row.id}: a state is done, partly or not yet, and shows modules, tests, evidence and what is missing accordingly."


def test_the_sum_at_the_top_is_that_of_the_rows():
    counted = Counter(row.state for row in ROWS)

    assert f"Today {counted['done']} are done, {counted['partly']} partly and {counted['not yet']} not yet." in PAGE


def test_an_entry_that_an_auditor_is_told_to_look_for_can_be_there():
    actions = re.findall(r"--action ([a-z_]+:[a-z_]+)", PAGE)

    assert actions
    assert set(actions) <= set(Action)
