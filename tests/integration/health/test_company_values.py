"""Files of companies that nobody is behind, changed with SQL past every act (Art. 5(1)(f), 32(1)(d) DSGVO)."""

import pytest
from sqlalchemy import delete, update

from crm.models.customer_file import CustomerFile
from crm.services import customer_files
from crm.services.health.company_values import examine_company_values
from crm.services.matter import Matter
from tests.integration.deals.selling import add_company
from tests.integration.files.test_customer_files import act, add


@pytest.fixture
def files(runtime, clock):
    with runtime.database.writing() as session:
        company_id = add_company(session, clock.now())
        kept = [add(session, clock, Matter(company_id=company_id), content=b"%PDF-1.7 " + word) for word in (b"eins", b"zwei", b"drei")]
    with runtime.database.writing() as session:
        act(customer_files.remove, session, clock, file_id=kept.pop())
    return kept


def examine(runtime):
    return {type(each).__name__: each.facts for each in examine_company_values(runtime.database)}


def test_sound_is_what_was_added_and_not_removed(runtime, files):
    assert list(examine(runtime)) == ["CompanyValuesSound"]


def test_contents_that_were_swapped_are_found(runtime, files):
    with runtime.database.writing() as session:
        first, second = (session.get_one(CustomerFile, each).sealed_content for each in files)
        for file_id, content in zip(files, (second, first), strict=True):
            session.execute(update(CustomerFile).where(CustomerFile.id == file_id).values(sealed_content=content))

    found = examine(runtime)["CompanyValuesTampered"]

    assert found["count"] == 2
    assert set(files) == set(found["ids"].split(", "))


def test_a_row_that_was_deleted_is_missed(runtime, files):
    with runtime.database.writing() as session:
        session.execute(delete(CustomerFile).where(CustomerFile.id == files[0]))

    assert examine(runtime)["CompanyFilesMiscounted"] == {"rows": 1, "entered": 2}
