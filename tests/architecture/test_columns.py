"""Does this column hold personal data? Every column answers (Art. 25, 30 DSGVO)."""

import pytest

from crm import models  # noqa: F401 - registers the tables
from crm.db import Base, Category, Compartment, Fate, Kept
from crm.privacy.erasure.reach import UndecidedTableError, emptied_columns, find_reach, oblivion_of
from crm.vault import keystore_metadata

COLUMNS = [column for metadata in (Base.metadata, keystore_metadata) for table in metadata.sorted_tables for column in table.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_says_whether_it_holds_personal_data(column):
    assert "personal" in column.info, f"{column}: type it with a type from crm.db, or set info=personal(…) or info=NOT_PERSONAL."
    assert column.info["personal"] is None or column.info["personal"] in Category


CONTENT = [column for column in COLUMNS if column.info.get("personal") == Category.CONTENT]


@pytest.mark.parametrize("column", CONTENT, ids=str)
def test_what_people_told_us_is_no_plain_text(column):
    assert column.type.python_type is bytes


# What comes before anybody knows whose it is, lies under the intake key or that of the installation.
OF_A_PERSON = [each for each in CONTENT if each.name.startswith("sealed_") and "subject_id" in each.table.c]


@pytest.mark.parametrize("column", OF_A_PERSON, ids=str)
def test_what_is_sealed_for_a_person_lies_in_a_compartment(column):
    assert column.info["compartment"] in Compartment


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=str)
def test_every_table_says_what_an_erasure_does_to_it(table):
    """Art. 17(1), 17(3) DSGVO."""
    try:
        oblivion = oblivion_of(table)
    except UndecidedTableError:
        pytest.fail(f"{table}: set info=goes(), emptied(…), unlinked(…) or stays(…) of crm.db on the table.")
    if oblivion is not None and oblivion.fate in {Fate.GOES, Fate.EMPTIED}:
        assert "subject_id" in table.c
        assert {*oblivion.columns, *filter(None, [oblivion.unless and oblivion.unless[0]])} <= set(table.c.keys())
    if oblivion is not None and oblivion.fate is not Fate.GOES:
        assert oblivion.kept in Kept


def test_an_emptied_row_can_be_empty():
    rows = [(table, each) for table, each in find_reach() if each.fate is Fate.EMPTIED]

    for table, oblivion in rows:
        for column in emptied_columns(table, oblivion):
            assert column.nullable or column.type.python_type is str, f"{column} can be neither NULL nor empty"
