"""Does this column hold personal data? Every column answers (Art. 25, 30 DSGVO)."""

import pytest

from crm import models  # noqa: F401 - registers the tables
from crm.db import Base, Category, Compartment
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
