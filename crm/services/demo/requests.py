"""Requests of the demonstration: one of each state in which the desk has something to do, each with a story of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role, system_actor
from crm.db import Database
from crm.models.account import Account, AccountRole
from crm.models.request_case import CaseKind, CaseWay, Identity, RequestCase
from crm.privacy import collection, mails, purposes
from crm.privacy.collection import NewPerson, Notice
from crm.privacy.requests import cases, decision
from crm.privacy.requests.deciding import as_proposed
from crm.privacy.requests.people import find_people
from crm.privacy.requests.proposal import propose
from crm.services.demo.inventions import Inventor
from crm.settings import Settings
from crm.vault import Subject, SubjectState

_ACTOR = system_actor("demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What somebody asked for, how and when.

    Attributes:
        days_ago: when it reached us.
        asked: in their words, and what they said about themselves.
        note: why the coordinator doubts whose request it is.
        decided: the coordinator has followed the proposal already.
    """

    way: CaseWay
    identity: Identity
    days_ago: int
    asked: Mapping[str, str]
    note: str = ""
    decided: bool = False


_BY_PHONE = _Request(
    way=CaseWay.PHONE,
    identity=Identity.UNCHECKED,
    days_ago=27,
    asked={"message": "Möchte, dass wir alles löschen, was wir gespeichert haben. Nannte am Telefon nur Namen und Firma."},
)
_BY_LETTER = _Request(
    way=CaseWay.LETTER,
    identity=Identity.KNOWN,
    days_ago=12,
    asked={
        "message": "Sehr geehrte Damen und Herren,\n\nich wechsle die Stelle und bin für Ihre Anlagen nicht mehr zuständig. "
        "Bitte löschen Sie meine Daten.\n\nMit freundlichen Grüßen"
    },
    decided=True,
)
_BY_MAIL = _Request(
    way=CaseWay.MAIL,
    identity=Identity.DOUBTFUL,
    days_ago=3,
    asked={"message": "Guten Tag,\n\nlöschen Sie mich bitte aus Ihrer Kartei. Ich schreibe von meiner privaten Adresse.\n\nViele Grüße"},
    note="Absender ist nicht die bekannte Adresse. An die bekannte geschrieben und gefragt, ob der Antrag von dort kommt.",
)
_IN_PERSON = _Request(
    way=CaseWay.IN_PERSON,
    identity=Identity.KNOWN,
    days_ago=1,
    asked={"message": "Sagte beim Termin im Werk: Unterlagen zum Angebot behalten wir ja, alles andere soll weg."},
)
_ABOUT_ONE: Final = (_BY_PHONE, _BY_LETTER, _BY_MAIL, _IN_PERSON)

# One person who was entered twice, from the form and at a fair: a second person has to agree before both entries are erased.
_PERSON: Final = {"salutation": "Frau", "first_name": "Marlene", "last_name": "Ahrend"}
_AT_HOME: Final = {
    "email": "marlene.ahrend@example.org",
    "street": "Weinbergstraße 8",
    "postal_code": "34117",
    "city": "Kassel",
    "country": "Deutschland",
}
_AT_WORK: Final = {"email": "m.ahrend@planung-ahrend.example", "city": "Kassel", "country": "Deutschland"}
ENTRIES: Final = (("Anfrage über das Kontaktformular", _AT_HOME), ("Messe Kassel, Karte am Stand abgegeben", _AT_WORK))

_BY_PORTAL = _Request(
    way=CaseWay.PORTAL,
    identity=Identity.MAIL_CONFIRMED,
    days_ago=6,
    asked={
        "name": "Marlene Ahrend",
        "email": _AT_HOME["email"],
        "message": "Bitte löschen Sie, was Sie über mich haben, auch was ich auf der Messe hinterlassen habe.",
    },
    decided=True,
)

_BY_STRANGER = _Request(
    way=CaseWay.LETTER,
    identity=Identity.UNCHECKED,
    days_ago=0,
    asked={
        "name": "Ina Hellwig",
        "street": "Am Markt 1",
        "postal_code": "36037",
        "city": "Fulda",
        "message": "Guten Tag,\n\nfalls Sie etwas über mich gespeichert haben, löschen Sie es bitte und bestätigen Sie mir das."
        "\n\nMit freundlichen Grüßen",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Office:
    """Where cases are opened and decided."""

    settings: Settings
    coordinator: Actor
    now: datetime


def add_requests(database: Database, inventor: Inventor, people: Sequence[str], *, settings: Settings, now: datetime) -> None:
    """Open a case for each way in which people ask, and decide two of them."""
    with database.writing() as session:
        office = _Office(settings=settings, coordinator=_find_coordinator(session), now=now)
        living = set(session.scalars(select(Subject.id).where(Subject.id.in_(people), Subject.state == SubjectState.LIVING)))
        left = [each for each in people if each in living]
        wanted = [(each, [left.pop()]) for each in _ABOUT_ONE]
        wanted += [(_BY_PORTAL, _take_in_twice(session, inventor, now)), (_BY_STRANGER, [])]
        for request, found in sorted(wanted, key=lambda each: -each[0].days_ago):
            case = _open(session, request, found, office)
            _go_on(session, request, case, office)


def _take_in_twice(session: Session, inventor: Inventor, now: datetime) -> list[str]:
    enquiry = purposes.find_all(session).get("precontract_request")
    asked_at = now - timedelta(days=inventor.chance.randint(120, 160))
    entries = [
        NewPerson(
            fields={**_PERSON, **reached},
            purposes=[enquiry],
            origin=origin,
            notice=Notice.GIVEN,
            collected_at=asked_at,
            told_at=asked_at,
            last_contact_at=asked_at + timedelta(days=20),
            is_prospect=True,
            segment="Privat",
        )
        for origin, reached in ENTRIES
    ]
    return [each.subject_id for each in collection.collect_many(session, people=entries, actor=_ACTOR, now=now) if each.subject_id]


def _open(session: Session, request: _Request, found: Sequence[str], office: _Office) -> RequestCase:
    by_portal = request.way is CaseWay.PORTAL
    return cases.open_case(
        session,
        subject_id=found[0] if found else None,
        kind=CaseKind.ERASURE,
        way=request.way,
        language="de",
        received_on=mails.day_of(office.now - timedelta(days=request.days_ago), office.settings),
        identity=request.identity,
        request=request.asked,
        objects_too=False,
        found=[(each, "email" if by_portal else "staff") for each in found],
        settings=office.settings,
        actor=_ACTOR if by_portal else office.coordinator,
        now=office.now,
    )


def _go_on(session: Session, request: _Request, case: RequestCase, office: _Office) -> None:
    """Let the coordinator do what has been done about the case so far."""
    actor, now, zone = office.coordinator, office.now, ZoneInfo(office.settings.time_zone)
    if request.note:
        decision.note_identity(
            session, case_id=case.id, version=case.version, identity=request.identity, note=request.note, actor=actor, now=now
        )
    if request.decided:
        wishes = as_proposed(propose(session, subject_ids=find_people(session, case.id), zone=zone, now=now))
        decision.decide(session, case_id=case.id, version=case.version, wishes=wishes, zone=zone, actor=actor, now=now)


def _find_coordinator(session: Session) -> Actor:
    of_role = select(Account.pseudonym).join(AccountRole, AccountRole.account_id == Account.id).where(AccountRole.role == Role.PRIVACY)
    return Actor(session.scalars(of_role).one(), frozenset({Role.PRIVACY}), Role.PRIVACY)
