"""Every role, every purpose, hundreds of people in random states: the door and a slow second opinion agree."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from crm.actor import Actor, Role, system_actor
from crm.models.consent import ConsentEvent
from crm.models.field_groups import FIELDS
from crm.models.lawfulness import GroundEvent, ObjectionEvent, RestrictionEvent
from crm.privacy import collection, disclosure, purposes
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.errors import NoLawfulBasisError, ObjectedError, PurposeNotAllowedError, RestrictedError
from crm.settings import initial_policy
from crm.vault import ErasedError, Subject
from tests.integration.privacy.oracle import Facts, visible_fields

PEOPLE = 620  # x 9 roles x 9 purposes: more than 50 000 cases
RULES = initial_policy("purposes")
FIELDS_OF = {group.value: names for group, names in FIELDS.items()}
CHANNELS = ["email", "phone", "letter", None]
CASES = [(role, code) for role in Role for code in RULES]


def random_facts(chance: random.Random, now) -> Facts:
    facts = Facts(erased=chance.random() < 0.05)
    for _ in range(chance.choice([0, 1, 2, 3, 5])):
        recorded_at = now - timedelta(days=chance.randint(0, 400))
        effective_at = recorded_at + timedelta(days=chance.choice([-30, 0, 0, 200, 600]))
        facts.grounds.append((chance.choice(list(RULES)), chance.choice(["started", "started", "ended"]), effective_at, recorded_at))
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        scope = chance.choice(["direct_marketing", "direct_marketing", *RULES])
        channel = chance.choice(CHANNELS) if scope == "direct_marketing" else None
        facts.objections.append((scope, channel, chance.choice(["raised", "raised", "corrected"])))
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        facts.restrictions.append(chance.choice(["imposed", "lifted"]))
    for _ in range(chance.choice([0, 1, 1, 3])):
        purpose, channel = chance.choice([("newsletter", "email"), ("phone_advertising", "phone"), ("newsletter", "phone")])
        act = chance.choice(["requested", "given", "given", "unproven", "withdrawn"])
        facts.consents.append((purpose, channel, act, now + timedelta(days=chance.choice([-300, -1, 0, 30]))))
    return facts


def random_fields(chance: random.Random, number: int) -> dict[str, str]:
    values = {
        "salutation": "Frau", "title": "Dr.", "first_name": "Anna", "last_name": f"Muster{number}",
        "email": f"anna{number}@example.com", "phone": f"030 23125{number:03d}", "mobile": f"0171 39200{number:02d}",
        "street": "Weg 1", "postal_code": "34117", "city": "Kassel", "country": "Deutschland",
        "position": "Einkauf", "department": "Technik", "birth_date": "1980-01-31",
    }  # fmt: skip
    return {name: value for name, value in values.items() if name == "last_name" or chance.random() < 0.8}


def store(session, subject_id: str, facts: Facts, now) -> None:
    at = {"subject_id": subject_id, "recorded_at": now, "effective_at": now}
    session.execute(delete(GroundEvent).where(GroundEvent.subject_id == subject_id))
    for purpose, act, effective_at, recorded_at in facts.grounds:
        row = {**at, "purpose": purpose, "act": act, "effective_at": effective_at, "recorded_at": recorded_at}
        session.execute(insert(GroundEvent).values(**row, basis="6-1-f"))
    for scope, channel, act in facts.objections:
        session.execute(insert(ObjectionEvent).values(**at, scope=scope, channel=channel, act=act, origin="Brief"))
    for act in facts.restrictions:
        session.execute(insert(RestrictionEvent).values(**at, act=act, reason="unlawful"))
    for number, (purpose, channel, act, effective_at) in enumerate(facts.consents):
        row = {**at, "purpose": purpose, "channel": channel, "act": act, "effective_at": effective_at}
        session.execute(insert(ConsentEvent).values(**row, evidence_id=f"{number:032d}"))
    if facts.erased:
        session.execute(update(Subject).where(Subject.id == subject_id).values(state="erased"))


@pytest.fixture
def population(runtime, clock):
    """People with random facts, in the database and as the oracle sees them."""
    chance, now = random.Random(20261123), clock.now()
    people = []
    with runtime.database.writing() as session:
        every_field = purposes.find_all(session).get("request_handling")
        stored = [random_fields(chance, number) for number in range(PEOPLE)]
        collected = collection.collect_many(
            session,
            people=[
                NewPerson(fields=fields, purposes=[every_field], origin="Messe", notice=Notice.GIVEN, collected_at=now, last_contact_at=now)
                for fields in stored
            ],
            actor=system_actor("test"),
            now=now,
        )
        for outcome, fields in zip(collected, stored, strict=True):
            facts = random_facts(chance, now)
            store(session, outcome.subject_id, facts, now)
            people.append((outcome.subject_id, facts, fields))
    return people


@pytest.mark.slow
class TestDoor:
    """Art. 5(1)(b), (c), 6(1), 18(2), 21(3) DSGVO: no leak, no false refusal."""

    def test_shows_exactly_what_the_oracle_allows(self, runtime, clock, population):
        checked, now = 0, clock.now()
        assert PEOPLE * len(CASES) > 50_000

        for role, code in CASES:
            actor = Actor("f" * 32, frozenset({role}), role)
            shown = self._open(runtime, code, [subject_id for subject_id, _, _ in population], actor, now)
            for subject_id, facts, fields in population:
                expected = visible_fields(role.value, RULES[code], code, facts, fields, FIELDS_OF, now)
                if expected is None:
                    assert shown is None, f"{role} acts for {code}"
                elif expected:
                    assert shown.get(subject_id) == {name: fields[name] for name in expected}, f"{role} {code} {facts}"
                else:
                    assert not shown.get(subject_id), f"leak: {role} {code} {facts}"
                checked += 1

        assert checked == PEOPLE * len(CASES)

    @staticmethod
    def _open(runtime, code, subject_ids, actor, now):
        """Return the fields shown by person, or None when the role is refused."""
        try:
            with runtime.database.reading() as session:
                purpose = purposes.find_all(session).get(code)
                people = disclosure.open_people(
                    session, subject_ids=subject_ids, groups=purpose.groups, purpose=purpose, actor=actor, now=now
                )
        except PurposeNotAllowedError:
            return None
        return {person.subject_id: dict(person.fields) for person in people}

    def test_opens_one_person_exactly_when_the_list_does(self, runtime, clock, population):
        now = clock.now()
        for role, code in [(Role.SALES, "sales_approach"), (Role.SALES, "business_contact"), (Role.PRIVACY, "request_handling")]:
            actor = Actor("f" * 32, frozenset({role}), role)
            listed = self._open(runtime, code, [subject_id for subject_id, _, _ in population], actor, now)
            for subject_id, _, _ in population[:120]:
                with runtime.database.reading() as session:
                    purpose = purposes.find_all(session).get(code)
                    opened = None
                    with suppress(ErasedError, RestrictedError, ObjectedError, NoLawfulBasisError):
                        person = disclosure.open_person(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
                        opened = dict(person.fields)
                        assert person.origin == ("Messe" if "origin" in RULES[code]["groups"] else "")
                assert opened == listed.get(subject_id)
