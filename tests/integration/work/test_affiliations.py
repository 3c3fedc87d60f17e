"""What people are at companies: entered for a purpose that may know it, shown where the door opens, gone with the person."""

import pytest
from sqlalchemy import func, select

from crm.models.affiliation import Affiliation
from crm.models.erasure import ErasureCause
from crm.privacy import integrity, restriction
from crm.privacy.erasure import eraser, job
from crm.privacy.errors import FieldWithoutPurposeError, RestrictedError
from crm.privacy.restriction import RestrictionReason
from crm.services import affiliations
from crm.services.affiliations import (
    AffiliationCompanyMissingError,
    AffiliationTwiceError,
    CapacityUnknownError,
    TooManyAffiliationsError,
)
from crm.services.companies import entry as companies
from crm.services.companies.choosing import CompanyUnknownError
from crm.services.companies.entry import CompanyEntry
from tests.integration.privacy.people import SALES, make_person, purpose


@pytest.fixture
def person(runtime, clock):
    with runtime.database.writing() as session:
        return make_person(session, clock.now())


@pytest.fixture
def company(runtime, clock):
    with runtime.database.writing() as session:
        return companies.create(session, entry=CompanyEntry(fields={"name": "Alpha GmbH"}), actor=SALES, now=clock.now())


def begin(runtime, clock, person, company="Alpha GmbH", capacity="purchasing", code="business_contact"):
    with runtime.database.writing() as session:
        acting = {"purpose": purpose(session, code), "actor": SALES, "now": clock.now()}
        affiliations.begin(session, subject_id=person, company=company, capacity=capacity, **acting)


def find(runtime, person):
    with runtime.database.reading() as session:
        return [(each.company, each.capacity) for each in affiliations.find_of_person(session, subject_id=person)]


def test_is_kept_and_removed(runtime, clock, person, company):
    begin(runtime, clock, person)
    begin(runtime, clock, person, capacity="billing")
    with runtime.database.writing() as session:
        first = affiliations.find_of_person(session, subject_id=person)[0]
        acting = {"purpose": purpose(session), "actor": SALES, "now": clock.now()}
        affiliations.end(session, subject_id=person, affiliation_id=first.id, **acting)
        affiliations.end(session, subject_id=person, affiliation_id=first.id, **acting)

    left = {"purchasing", "billing"} - {first.capacity}
    assert find(runtime, person) == [("Alpha GmbH", each) for each in left]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"company": "  "}, AffiliationCompanyMissingError),
        ({"company": "Luftschloss AG"}, CompanyUnknownError),
        ({"capacity": "king"}, CapacityUnknownError),
        ({"capacity": "billing"}, AffiliationTwiceError),
        ({"code": "contract_person"}, FieldWithoutPurposeError),
    ],
)
def test_that_cannot_be_taken_changes_nothing(runtime, clock, company, wrong, error):
    with runtime.database.writing() as session:
        person = make_person(session, clock.now(), "business_contact", "contract_person")
    begin(runtime, clock, person, capacity="billing")

    with pytest.raises(error):
        begin(runtime, clock, person, **wrong)

    assert find(runtime, person) == [("Alpha GmbH", "billing")]


def test_leaves_what_is_sealed_about_the_person_as_the_log_says(runtime, clock, person, company):
    begin(runtime, clock, person)

    with runtime.database.reading() as session:
        assert integrity.examine(session, subject_ids=[person], actor=SALES, now=clock.now()).is_sound


def test_is_bounded_for_one_person(runtime, clock, person, company, monkeypatch):
    monkeypatch.setattr(affiliations, "_MOST", 2)
    for capacity in ("billing", "technical"):
        begin(runtime, clock, person, capacity=capacity)

    with pytest.raises(TooManyAffiliationsError):
        begin(runtime, clock, person, capacity="user")


def test_of_somebody_restricted_cannot_be_changed(runtime, clock, person, company):
    with runtime.database.writing() as session:
        restriction.impose(session, subject_ids=[person], reason=RestrictionReason.ACCURACY_CONTESTED, actor=SALES, now=clock.now())

    with pytest.raises(RestrictedError):
        begin(runtime, clock, person)


def test_of_another_person_stays_where_it_is(runtime, clock, person, company):
    begin(runtime, clock, person)
    with runtime.database.writing() as session:
        other = make_person(session, clock.now())
        taken = affiliations.find_of_person(session, subject_id=person)[0]
        acting = {"purpose": purpose(session), "actor": SALES, "now": clock.now()}
        affiliations.end(session, subject_id=other, affiliation_id=taken.id, **acting)

    assert len(find(runtime, person)) == 1


def test_goes_with_the_person(runtime, clock, person, company):
    begin(runtime, clock, person)

    with runtime.database.writing() as session:
        job.order(session, subject_id=person, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=SALES, now=clock.now())
    eraser.finish(runtime.database, vault=runtime.vault, clock=clock.now)

    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Affiliation)) == 0
