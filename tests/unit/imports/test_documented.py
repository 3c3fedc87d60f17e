"""People can look up every field that a mapping may name."""

from pathlib import Path

import pytest

from crm.services.imports.fields import TARGETS, WORK, RowKind

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "import-people.md"


@pytest.mark.parametrize(
    "target", sorted(frozenset().union(TARGETS[RowKind.PERSON], TARGETS[RowKind.COMPANY], *(TARGETS[kind] for kind in WORK)))
)
def test_every_field_of_a_mapping_is_explained(target):
    table = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    assert any(f"`{target}`" in line for line in table)
