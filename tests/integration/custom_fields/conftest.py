"""An installation with two custom fields: one of sales, one of sales and service."""

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.models.contact import Contact
from crm.models.custom_field import CustomValue
from crm.privacy import disclosure, purposes, rectification, restriction
from crm.privacy.erasure import run
from crm.privacy.restriction import RestrictionReason
from tests.integration.privacy.people import FIELDS, SALES, make_person
from tests.support.furnished import Furnished
from tests.support.own_fields import INTERVAL, define

SERVICE = Actor("8" * 32, frozenset({Role.SERVICE}), Role.SERVICE)
ACTORS = {"business_contact": SALES, "sales_approach": SALES, "precontract_request": SALES, "service": SERVICE}
INDUSTRY, MONTHS = "custom_industry", "custom_interval"


class Installation(Furnished):
    """What a test works on."""

    def person(self, *codes, fields=FIELDS, **facts):
        with self.database.writing() as session:
            return make_person(session, self.now, *(codes or ("business_contact", "service")), fields=fields, **facts)

    def set(self, subject_id, *, code="business_contact", actor=None, **values):
        """Change fields of a person for a purpose, as the form does."""
        with self.database.writing() as session:
            return rectification.rectify(
                session,
                subject_id=subject_id,
                fields=values,
                purpose=purposes.find_all(session).get(code),
                expected_version=session.scalar(select(Contact.version).where(Contact.subject_id == subject_id)),
                actor=actor or ACTORS[code],
                now=self.now,
            )

    def open(self, subject_id, code="business_contact", *, actor=None):
        with self.database.reading() as session:
            purpose = purposes.find_all(session).get(code)
            return disclosure.open_person(session, subject_id=subject_id, purpose=purpose, actor=actor or ACTORS[code], now=self.now)

    def values(self, subject_id, code="business_contact"):
        return {name: value for name, value in self.open(subject_id, code).fields.items() if name.startswith("custom_")}

    def restrict(self, subject_id):
        with self.database.writing() as session:
            restriction.impose(session, subject_ids=[subject_id], reason=RestrictionReason.LEGAL_CLAIMS, actor=SALES, now=self.now)

    def run(self):
        return run.catch_up(self.database, vault=self.runtime.vault, clock=lambda: self.now)

    def count_values(self, *conditions):
        return self.count(CustomValue, *conditions)


@pytest.fixture
def house(runtime, clock):
    house = Installation(runtime, clock)
    with house.database.writing() as session:
        house.industry_id = define(session, house.now)
        house.interval_id = define(session, house.now, INTERVAL)
    return house
