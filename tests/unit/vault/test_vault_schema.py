"""The key store's tables answer the same question as all others."""

import pytest

from crm.db import Base
from crm.vault import Subject, keystore_metadata

COLUMNS = [column for table in (*keystore_metadata.sorted_tables, Subject.__table__) for column in table.columns]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_says_whether_it_holds_personal_data(column):
    assert "personal" in column.info


def test_the_key_store_is_no_part_of_the_business_database():
    assert not set(keystore_metadata.tables) & set(Base.metadata.tables)
