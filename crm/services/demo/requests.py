"""Requests of the demonstration: one of each state in which the desk has something to do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role, system_actor
from crm.db import Database
from crm.models.account import Account, AccountRole
from crm.models.contact import Contact
from crm.models.field_groups import FieldGroup
from crm.models.request_case import CaseKind, CaseWay, Identity, RequestCase
from crm.privacy import disclosure, mails, purposes, rectification
from crm.privacy.requests import cases, decision
from crm.privacy.requests.deciding import as_proposed
from crm.privacy.requests.people import find_people
from crm.privacy.requests.proposal import propose
from crm.settings import Settings
from crm.vault import Subject, SubjectState

_ACTOR = system_actor("demo")
_PURPOSE: Final = "business_contact"
# How it came, whether the person is known, days ago, how many entries of the person there are.
_REQUESTS = (
    (CaseWay.PHONE, Identity.UNCHECKED, 27, 1),
    (CaseWay.LETTER, Identity.KNOWN, 12, 1),
    (CaseWay.PORTAL, Identity.MAIL_CONFIRMED, 6, 2),
    (CaseWay.MAIL, Identity.DOUBTFUL, 3, 1),
    (CaseWay.IMPORT, Identity.KNOWN, 1, 1),
    (CaseWay.LETTER, Identity.KNOWN, 0, 0),
)

# What somebody typed whom we do not know; of the others the case shows what we know.
_STRANGER: Final = {"name": "Ina Beispiel", "street": "Am Markt 1", "postal_code": "36037", "city": "Fulda"}
_MESSAGE: Final = "Guten Tag,\n\nbitte löschen Sie meine Daten.\n\nMit freundlichen Grüßen"


def add_requests(database: Database, people: Sequence[str], *, settings: Settings, now: datetime) -> None:
    """Open a case of each kind about some of these people, and decide two of them."""
    left = list(people)
    with database.writing() as session:
        living = set(session.scalars(select(Subject.id).where(Subject.id.in_(left), Subject.state == SubjectState.LIVING)))
        left = [each for each in left if each in living]
        found = [[left.pop() for _ in range(entries)] for *_, entries in _REQUESTS]
        for first, *others in filter(None, found):
            _call_alike(session, first, others, now)
        opened = [_open(session, *each, settings, now) for each in zip(_REQUESTS, found, strict=True)]
        coordinator = _find_coordinator(session)
        for case in opened[1:3]:
            _follow_proposal(session, case, zone=ZoneInfo(settings.time_zone), coordinator=coordinator, now=now)


def _call_alike(session: Session, first: str, others: Sequence[str], now: datetime) -> None:
    """Give the others the name of the first: one person who was entered by two companies, because a case is about one person."""
    if not others:
        return
    opened = disclosure.open_for_request(session, subject_ids=[first], groups={FieldGroup.IDENTITY}, actor=_ACTOR, now=now)
    purpose = purposes.find_all(session).get(_PURPOSE)
    for each in others:
        version = session.scalars(select(Contact.version).where(Contact.subject_id == each)).one()
        rectification.apply_changes(
            session, subject_id=each, fields=opened[first], purpose=purpose, expected_version=version, actor=_ACTOR, now=now
        )


def _open(
    session: Session, request: tuple[CaseWay, Identity, int, int], found: Sequence[str], settings: Settings, now: datetime
) -> RequestCase:
    way, identity, days, _ = request
    return cases.open_case(
        session,
        subject_id=found[0] if found else None,
        kind=CaseKind.ERASURE,
        way=way,
        language="de",
        received_on=mails.day_of(now - timedelta(days=days), settings),
        identity=identity,
        request={**({} if found else _STRANGER), "message": _MESSAGE},
        objects_too=False,
        found=[(each, "email" if way is CaseWay.PORTAL else "staff") for each in found],
        settings=settings,
        actor=_ACTOR,
        now=now,
    )


def _follow_proposal(session: Session, case: RequestCase, *, zone: ZoneInfo, coordinator: Actor, now: datetime) -> None:
    wishes = as_proposed(propose(session, subject_ids=find_people(session, case.id), zone=zone, now=now))
    decision.decide(session, case_id=case.id, version=case.version, wishes=wishes, zone=zone, actor=coordinator, now=now)


def _find_coordinator(session: Session) -> Actor:
    of_role = select(Account.pseudonym).join(AccountRole, AccountRole.account_id == Account.id).where(AccountRole.role == Role.PRIVACY)
    return Actor(session.scalars(of_role).one(), frozenset({Role.PRIVACY}), Role.PRIVACY)
