"""Fills an empty installation with the demonstration: through the same doors as everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.actor import Role, system_actor
from crm.db import Database
from crm.models.privacy_task import TaskKind
from crm.privacy import collection, consent, due, intake, objection, purposes, restriction, tasks
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.purposes import Channel, Purposes
from crm.privacy.restriction import RestrictionReason
from crm.services import setting_up, work_rules
from crm.services.companies import entry as companies
from crm.services.demo.accounts import add_accounts
from crm.services.demo.activities import invent_activities
from crm.services.demo.belonging import invent_belonging
from crm.services.demo.campaigns import add_campaigns
from crm.services.demo.deals import Buyer, invent_deals
from crm.services.demo.documents import invent_documents
from crm.services.demo.files import invent_files
from crm.services.demo.inventions import InventedCompany, Inventor
from crm.services.demo.notes import invent_notes
from crm.services.demo.old_system import FIRST_MOVE, move_in
from crm.services.demo.own_fields import invent_own_fields
from crm.services.demo.requests import ENTRIES, add_requests
from crm.services.demo.service import invent_service
from crm.services.demo.uploads import add_uploads
from crm.services.imports.terms import due_within_a_month
from crm.settings import Settings, initial_policy

COMPANIES = 120
SOLE_TRADERS = 8
PEOPLE = 560
_BATCH = 80
_SET_UP = timedelta(hours=1)  # before the first people came, the accounts were made
_ACTOR = system_actor("demo")
_WORDING = {
    "newsletter": "Ich möchte den Newsletter per E-Mail erhalten und kann das jederzeit widerrufen.",
    "phone_advertising": "Ich bin mit Anrufen zu neuen Angeboten einverstanden und kann das jederzeit widerrufen.",
}


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made."""

    people: int
    companies: int


@dataclass(frozen=True, slots=True)
class _Company:
    id: str
    invented: InventedCompany


@dataclass(frozen=True, slots=True)
class _Person:
    """A person that was taken in, with what the later steps need."""

    id: str
    collected_at: datetime
    told_at: datetime
    kind: str
    company_id: str | None


def seed(database: Database, *, settings: Settings, now: datetime) -> Seeded:
    """Make accounts, companies and people in every state; refuses nothing, because it meets an empty installation."""
    inventor = Inventor(now=now)
    with database.writing() as session:
        purposes.load_initial(session, actor=_ACTOR, now=now - FIRST_MOVE - _SET_UP)
        work_rules.load_initial(session, actor=_ACTOR, now=now - FIRST_MOVE - _SET_UP)
        intake.publish_key(session, now=now)
        staff = add_accounts(session, actor=_ACTOR, now=now - FIRST_MOVE)
        setting_up.choose_purposes(session, used=initial_policy("purposes"), expected_version=0, actor=_ACTOR, now=now - FIRST_MOVE)
    # First, because the log goes forward in time and these came before the others.
    moved = move_in(database, inventor, staff, settings=settings, actor=_ACTOR, now=now)
    owners = staff[Role.SALES]
    with database.writing() as session:
        made = [
            _Company(_add_company(session, each, owners, inventor, now), each) for each in (inventor.company() for _ in range(COMPANIES))
        ]
    people: list[_Person] = []
    for start in range(0, PEOPLE, _BATCH):
        with database.writing() as session:
            batch = [
                _invent(inventor, made, owners, purposes.find_all(session), number) for number in range(start, min(start + _BATCH, PEOPLE))
            ]
            people += _collect(session, batch, now)
    with database.writing() as session:
        _add_sole_traders(session, inventor, owners, now)
    for start in range(0, len(people), _BATCH):
        with database.writing() as session:
            for person in people[start : start + _BATCH]:
                _add_history(session, inventor, person, now)
            invent_notes(
                session, inventor, [(each.id, each.collected_at) for each in people[start : start + _BATCH]], actor=_ACTOR, now=now
            )
    _add_work(database, inventor, people, [each.id for each in made], staff, now)
    add_requests(database, inventor, [each.id for each in people if each.kind == "contact person"], settings=settings, now=now)
    return Seeded(people=moved + len(people) + SOLE_TRADERS + len(ENTRIES), companies=moved + COMPANIES + SOLE_TRADERS)


def _add_work(
    database: Database,
    inventor: Inventor,
    people: Sequence[_Person],
    company_ids: Sequence[str],
    staff: dict[Role, list[str]],
    now: datetime,
) -> None:
    """Let everybody have something to work with: deals, things to do, documents, campaigns, tickets and invoices."""
    customers = [each.id for each in people if each.kind == "private customer"]
    with database.writing() as session:
        buyers = [Buyer(each.id, each.company_id) for each in people if each.kind.startswith("contact person")]
        invent_belonging(session, company_ids, [(each.subject_id, each.company_id) for each in buyers], actor=_ACTOR, now=now)
        invent_deals(session, buyers, staff[Role.SALES], actor=_ACTOR, now=now)
        invent_activities(session, staff, actor=_ACTOR, now=now)
        invent_files(session, actor=_ACTOR, now=now)
    with database.writing() as session:
        invent_documents(session, inventor, customers, actor=_ACTOR, now=now)
    with database.writing() as session:
        add_campaigns(session, inventor, actor=_ACTOR, now=now)
    callers = [each.id for each in people if each.kind == "contact person of a customer"]
    with database.writing() as session:
        add_uploads(session, staff, now=now)
        invent_own_fields(session, callers, actor=_ACTOR, now=now)
        invent_service(session, callers=callers, customers=customers, companies=company_ids, staff=staff, actor=_ACTOR, now=now)


def _add_company(session: Session, each: InventedCompany, owners: Sequence[str], inventor: Inventor, now: datetime) -> str:
    entry = companies.CompanyEntry(fields=each.fields, segment=each.segment, owner_id=inventor.chance.choice(owners))
    return companies.create(session, entry=entry, actor=_ACTOR, now=now)


# What people are to the company, how often, and the purposes that follow from it.
_KINDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "contact person of a customer": (45, ("business_contact", "service")),
    "contact person": (15, ("business_contact",)),
    "private customer": (15, ("contract_person", "service", "legal_retention")),
    "enquiry": (12, ("precontract_request",)),
    "prospect": (13, ("sales_approach",)),
}


def _invent(inventor: Inventor, made: Sequence[_Company], owners: Sequence[str], known: Purposes, number: int) -> tuple[NewPerson, str]:
    kind = inventor.chance.choices(list(_KINDS), [share for share, _ in _KINDS.values()])[0]
    company = None if kind == "private customer" else made[number % len(made)]
    invented = inventor.person(company.invented if company else None)
    allowed = collection.allowed_groups([known.get(code) for code in _KINDS[kind][1]])
    person = NewPerson(
        fields=collection.keep_allowed(invented.fields, allowed),
        purposes=[known.get(code) for code in _KINDS[kind][1]],
        origin=invented.origin,
        notice=Notice.DUE if kind == "prospect" and number % 5 == 0 else Notice.GIVEN,
        collected_at=invented.collected_at,
        told_at=invented.told_at,
        last_contact_at=invented.last_contact_at,
        company_id=company.id if company else None,
        owner_id=inventor.chance.choice(owners),
        segment=company.invented.segment if company else "Privat",
    )
    return person, kind


def _collect(session: Session, batch: Sequence[tuple[NewPerson, str]], now: datetime) -> list[_Person]:
    outcomes = collection.collect_many(session, people=[person for person, _ in batch], actor=_ACTOR, now=now)
    last_day = due.last_day(now, within=collection.NOTICE_WITHIN, zone=due.zone_of(session))
    untold = [each.subject_id for each, (person, _) in zip(outcomes, batch, strict=True) if each.subject_id and person.notice is Notice.DUE]
    tasks.open_many(session, [(subject_id, TaskKind.NOTICE_DUE, last_day) for subject_id in untold], actor=_ACTOR, now=now)
    return [
        _Person(outcome.subject_id, person.collected_at, person.told_at or now, kind, person.company_id)
        for outcome, (person, kind) in zip(outcomes, batch, strict=True)
        if outcome.subject_id
    ]


def _add_sole_traders(session: Session, inventor: Inventor, owners: Sequence[str], now: datetime) -> None:
    known = purposes.find_all(session)
    for _ in range(SOLE_TRADERS):
        invented, trade = inventor.person(None), inventor.company()
        details = {
            "name": f"{invented.fields['last_name']} {trade.segment}",
            **{name: invented.fields[name] for name in ("street", "postal_code", "city", "country", "phone")},
        }
        companies.create_sole_trader(
            session,
            entry=companies.CompanyEntry(fields=details, segment=trade.segment, owner_id=inventor.chance.choice(owners)),
            person=NewPerson(
                fields=collection.keep_allowed(invented.fields, collection.allowed_groups([known.get("contract_person")])),
                purposes=[known.get("contract_person")],
                origin=invented.origin,
                notice=Notice.GIVEN,
                collected_at=invented.collected_at,
                told_at=invented.told_at,
                last_contact_at=invented.last_contact_at,
                segment=trade.segment,
            ),
            actor=_ACTOR,
            now=now,
        )


# How often what happens to somebody; the rest has no history.
_CONSENTS = (("newsletter", Channel.EMAIL, 0.35), ("phone_advertising", Channel.PHONE, 0.18))
_UNPROVEN, _WITHDRAWN = 0.06, 0.15
_EVENTS = {"objects": 5, "objects to e-mail": 3, "restricted": 2, "contests": 1, "nothing": 89}


def _add_history(session: Session, inventor: Inventor, person: _Person, now: datetime) -> None:
    """Let consents, objections and restrictions happen, so that every state can be looked at."""
    for purpose, channel, share in _CONSENTS:
        if inventor.chance.random() < share:
            _give(session, inventor, person, purpose, channel, now)
            if inventor.chance.random() < _WITHDRAWN:
                consent.withdraw(session, subject_id=person.id, purpose=purpose, channel=channel, actor=_ACTOR, now=now)
        elif inventor.chance.random() < _UNPROVEN:
            consent.take_over_unproven(
                session, subject_ids=[person.id], purpose=purpose, channel=channel, effective_at=person.collected_at, actor=_ACTOR, now=now
            )
    due.refresh(session, [person.id], zone=due.zone_of(session), now=now)
    _let_happen(session, person, inventor.chance.choices(list(_EVENTS), list(_EVENTS.values()))[0], now)


def _let_happen(session: Session, person: _Person, event: str, now: datetime) -> None:
    if event == "objects":
        objection.raise_to_marketing(session, subject_id=person.id, origin=objection.Heard.CALL, actor=_ACTOR, now=now)
    elif event == "objects to e-mail":
        objection.raise_to_marketing(
            session, subject_id=person.id, origin=objection.Heard.LINK, actor=_ACTOR, now=now, channel=Channel.EMAIL
        )
    elif event == "restricted":
        restriction.impose(session, subject_ids=[person.id], reason=RestrictionReason.ACCURACY_CONTESTED, actor=_ACTOR, now=now)
    elif event == "contests" and person.kind.startswith("contact person"):
        objection.raise_many(
            session, [(person.id, objection.Objection("business_contact"))], origin=objection.Heard.LETTER, actor=_ACTOR, now=now
        )
        tasks.open_many(
            session, [(person.id, TaskKind.OBJECTION_RAISED, due_within_a_month(now, zone=due.zone_of(session)))], actor=_ACTOR, now=now
        )


def _give(session: Session, inventor: Inventor, person: _Person, purpose: str, channel: Channel, now: datetime) -> None:
    consent.give(
        session,
        subject_id=person.id,
        purpose=purpose,
        channel=channel,
        wording=_WORDING[purpose],
        language="de",
        evidence={"Weg": "Formular auf Papier", "Unterlage": "im Ordner Einwilligungen"},
        # Some consent when they are told, others long after: the more recent, the fewer.
        given_at=person.told_at + (now - person.told_at) * inventor.chance.random() ** 2,
        actor=_ACTOR,
        now=now,
    )
