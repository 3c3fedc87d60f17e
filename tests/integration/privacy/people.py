"""Makes people for tests of the privacy layer."""

from datetime import timedelta

from crm.actor import Actor, Role
from crm.privacy import collection, purposes
from crm.privacy.collection import NewPerson, Notice

SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
MARKETING = Actor("6" * 32, frozenset({Role.MARKETING}), Role.MARKETING)

FIELDS = {"first_name": "Katharina", "last_name": "Wehmeier", "email": "wehmeier@example.com", "phone": "0561 4711", "city": "Kassel"}


def new_person(session, now, *codes, **overrides) -> NewPerson:
    known = purposes.find_all(session)
    given = {
        "fields": FIELDS,
        "purposes": [known.get(code) for code in codes or ("business_contact",)],
        "origin": "Messe Kassel",
        "notice": Notice.GIVEN,
        "collected_at": now - timedelta(days=10),
        "last_contact_at": now - timedelta(days=10),
    }
    return NewPerson(**{**given, **overrides})


def make_person(session, now, *codes, **overrides) -> str:
    return collection.collect(session, person=new_person(session, now, *codes, **overrides), actor=SALES, now=now).subject_id


def purpose(session, code="business_contact"):
    return purposes.find_all(session).get(code)
