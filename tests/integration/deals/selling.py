"""What tests of deals share: people and companies to sell to, and somebody who sells."""

from dataclasses import replace
from datetime import date

from crm.actor import Actor, Role
from crm.privacy import collection, purposes
from crm.privacy.collection import NewPerson, Notice
from crm.services.companies import entry as companies
from crm.services.companies.entry import CompanyEntry
from crm.services.deals import entry as deals
from crm.services.deals.entry import DealEntry
from crm.services.forms import SentForm, new_form_token

SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
DAY = date(2026, 12, 18)
ENTRY = DealEntry(
    title="Bohrwerk",
    company_id=None,
    subject_id=None,
    owner_id=None,
    amount_cents=5_000_000,
    probability=None,
    product=None,
    region=None,
    expected_on=DAY,
)


def purpose(session, code="business_contact"):
    return purposes.find_all(session).get(code)


def add_company(session, now, name="Brückner Pumpenbau GmbH"):
    return companies.create(session, entry=CompanyEntry(fields={"name": name}), actor=SALES, now=now)


def add_person(session, now, *codes, **facts):
    person = NewPerson(
        fields={"first_name": "Katharina", "last_name": "Wehmeier"},
        purposes=[purpose(session, code) for code in codes or ("business_contact",)],
        origin="Messe Kassel",
        notice=Notice.GIVEN,
        collected_at=now,
        last_contact_at=now,
        **facts,
    )
    return collection.collect(session, person=person, actor=SALES, now=now).subject_id


def add_sole_trader(session, now):
    person = NewPerson(
        fields={"first_name": "Ilse", "last_name": "Huber"},
        purposes=[purpose(session)],
        origin="Anruf",
        notice=Notice.GIVEN,
        collected_at=now,
        last_contact_at=now,
    )
    entry = CompanyEntry(fields={"name": "Malerei Huber"})
    return companies.create_sole_trader(session, entry=entry, person=person, actor=SALES, now=now)


def add_deal(session, now, *, stage="qualification", token=None, code="business_contact", **facts):
    entry = replace(ENTRY, **facts)
    form = SentForm(token or new_form_token(), {"title": entry.title})
    return deals.create(session, entry=entry, stage=stage, form=form, purpose=purpose(session, code), actor=SALES, now=now)
