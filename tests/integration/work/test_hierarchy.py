"""Which company belongs to which: one parent each, and never in a circle."""

import pytest
from sqlalchemy import update

from crm.models.company import Company
from crm.services.companies import entry, hierarchy
from crm.services.companies.choosing import CompanyUnknownError
from crm.services.companies.entry import CompanyEntry
from crm.services.companies.hierarchy import CircleError
from tests.integration.privacy.people import SALES


@pytest.fixture
def add(runtime, clock):
    def company(name, parent_id=None):
        with runtime.database.writing() as session:
            entered = CompanyEntry(fields={"name": name}, parent_id=parent_id)
            return entry.create(session, entry=entered, actor=SALES, now=clock.now())

    return company


@pytest.fixture
def family(add):
    """A holding, a company below it, and two below that one."""
    holding = add("Alpha Holding AG")
    middle = add("Beta GmbH", holding)
    return holding, middle, add("Gamma GmbH", middle), add("Delta GmbH", middle)


def test_leads_up_to_the_top_and_down_one_step(runtime, family):
    with runtime.database.reading() as session:
        above = [each.name for each in hierarchy.find_above(session, company_id=family[2])]
        below = [each.name for each in hierarchy.find_below(session, company_id=family[1])]

    assert above == ["Beta GmbH", "Alpha Holding AG"]
    assert below == ["Delta GmbH", "Gamma GmbH"]


@pytest.mark.parametrize("text", ["Gamma GmbH", "Alpha Holding AG", "Beta GmbH"])
def test_refuses_what_belongs_to_the_company_itself(runtime, family, text):
    with runtime.database.reading() as session, pytest.raises(CircleError) as refused:
        hierarchy.choose_parent(session, text=text, company_id=family[0])

    assert refused.value.field == "parent"


def test_takes_another_parent_none_and_one_for_a_new_company(runtime, family):
    with runtime.database.reading() as session:
        assert hierarchy.choose_parent(session, text="Alpha Holding AG", company_id=family[3]) == family[0]
        assert hierarchy.choose_parent(session, text=" ", company_id=family[3]) is None
        assert hierarchy.choose_parent(session, text="Gamma GmbH", company_id=None) == family[2]


def test_says_at_its_field_that_there_is_no_such_company(runtime, family):
    with runtime.database.reading() as session, pytest.raises(CompanyUnknownError) as refused:
        hierarchy.choose_parent(session, text="Luftschloss AG", company_id=None)

    assert refused.value.field == "parent"


def test_ends_even_where_somebody_closed_a_circle_with_sql(runtime, family):
    with runtime.database.writing() as session:
        session.execute(update(Company).where(Company.id == family[0]).values(parent_id=family[2]))

    with runtime.database.reading() as session:
        assert [each.name for each in hierarchy.find_above(session, company_id=family[2])] == ["Beta GmbH", "Alpha Holding AG"]
