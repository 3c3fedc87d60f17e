"""What a new installation needs before people work in it, and how far that is: company, coordinator, DSB, purposes, mail, users.

Source: Art. 5(1)(b), 13(1)(a),(b), 24(1), 37 DSGVO; § 38 BDSG.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError
from crm.models.account import Account, AccountRole
from crm.models.policy import PolicyVersion
from crm.privacy import audit, bound_rows, mails, purposes
from crm.privacy.actions import Action
from crm.services.contacts.fields import clean_line
from crm.services.controller import KIND, find_stored
from crm.settings import Settings, initial_policy

LONGEST_REASON: Final = 200  # characters
# Duties: whoever keeps data has them, whatever else the data are for.
ALWAYS_USED: Final = frozenset({"legal_retention", "request_handling"})
WORKS_WITH_PEOPLE: Final = frozenset({Role.SALES, Role.SERVICE, Role.MARKETING, Role.ACCOUNTING})
_DPO: Final = "dpo"
_PURPOSES: Final = "purposes"


class Step(StrEnum):
    """The steps, in the order in which they are done."""

    COMPANY = "company"
    COORDINATOR = "coordinator"
    DPO = "dpo"
    PURPOSES = "purposes"
    MAIL = "mail"
    USERS = "users"


class DpoReasonMissingError(InvalidInputError):
    """Nobody says why there is no DSB; § 38 BDSG asks for one from 20 people on."""

    message = "Bitte schreiben Sie, warum keine Benennungspflicht besteht, zum Beispiel „9 Personen verarbeiten ständig Daten“."


class RoleWithoutPurposeError(InvalidInputError):
    """Somebody who has an account could do nothing any more."""

    message = "So hätte eine Rolle, die schon jemand hat, keinen Zweck mehr. Lassen Sie jeder Rolle mit Konto mindestens einen."


@dataclass(frozen=True, slots=True)
class Dpo:
    """Whether there is a data protection officer; `why_not` where there is none, and None where nobody has said it."""

    holders: int
    why_not: str | None


def find_done(session: Session, settings: Settings) -> frozenset[Step]:
    """Return the steps that are done."""
    holders = count_holders(session)
    is_done = {
        Step.COMPANY: find_stored(session).facts is not None or settings.organisation_address is not None,
        Step.COORDINATOR: bool(holders[Role.PRIVACY]),
        Step.DPO: bool(holders[Role.DPO]) or find_dpo(session).why_not is not None,
        Step.PURPOSES: _find(session, _PURPOSES) is not None,
        Step.MAIL: settings.smtp_host is not None or settings.demo,
        Step.USERS: any(holders[role] for role in WORKS_WITH_PEOPLE),
    }
    return frozenset(step for step, done in is_done.items() if done)


def count_holders(session: Session) -> dict[Role, int]:
    """Return how many open accounts hold each role."""
    held = (
        select(AccountRole.role, func.count())
        .join(Account, Account.id == AccountRole.account_id)
        .where(Account.disabled_at.is_(None))
        .group_by(AccountRole.role)
    )
    return dict.fromkeys(Role, 0) | {Role(role): number for role, number in session.execute(held)}


def find_dpo(session: Session) -> Dpo:
    """Return whether there is a data protection officer, or why not."""
    said = _find(session, _DPO)
    return Dpo(count_holders(session)[Role.DPO], said["why_not"] if said else None)


def say_why_no_dpo(session: Session, *, reason: str, actor: Actor, now: datetime) -> bool:
    """Keep why there is no data protection officer, and return whether that is new.

    Raises:
        DpoReasonMissingError, FieldTooLongError, ControlCharacterError: the reason cannot be taken.

    Source: Art. 5(2), 37(1) DSGVO; § 38(1) BDSG.
    """
    cleaned = clean_line(reason, field="why_not", longest=LONGEST_REASON)
    if not cleaned:
        raise DpoReasonMissingError(field="why_not")
    return _set(session, _DPO, {"why_not": cleaned}, actor=actor, now=now)


def choose_purposes(session: Session, *, used: Collection[str], actor: Actor, now: datetime) -> bool:
    """Let the usual roles act for these purposes and nobody for the others; duties stay. Return whether that changed anything.

    Raises:
        RoleWithoutPurposeError: a role that somebody has would have none left; nothing was changed.
    """
    initial = initial_policy("purposes")
    wanted = {code: rule["roles"] if code in ALWAYS_USED or code in used else [] for code, rule in initial.items()}
    held = {role for role, number in count_holders(session).items() if number}
    if held & _roles_in(rule["roles"] for rule in initial.values()) - _roles_in(wanted.values()):
        raise RoleWithoutPurposeError(field="used")
    changed = [
        purposes.set_roles(session, code=code, roles=[Role(each) for each in roles], actor=actor, now=now) for code, roles in wanted.items()
    ]
    said = _set(session, _PURPOSES, {"used": sorted(code for code, roles in wanted.items() if roles)}, actor=actor, now=now)
    return any(changed) or said


def write_test_mail(session: Session, *, to: str, language: str, settings: Settings, now: datetime) -> None:
    """Write a mail to who asks for it, by the way that every mail goes."""
    mails.write(session, kind="setup_test", to=to, language=language, facts={}, settings=settings, now=now)


def _roles_in(lists: Iterable[Collection[str]]) -> set[Role]:
    return {Role(role) for roles in lists for role in roles}


def _find(session: Session, code: str) -> dict[str, Any] | None:
    newest = select(PolicyVersion.definition).where(PolicyVersion.kind == KIND, PolicyVersion.code == code)
    text = session.scalar(newest.order_by(PolicyVersion.version.desc()).limit(1))
    return dict(json.loads(text)) if text else None


def _set(session: Session, code: str, definition: Mapping[str, Any], *, actor: Actor, now: datetime) -> bool:
    if _find(session, code) == definition:
        return False
    highest = select(func.max(PolicyVersion.version)).where(PolicyVersion.kind == KIND, PolicyVersion.code == code)
    number = (session.scalar(highest) or 0) + 1
    version = PolicyVersion(kind=KIND, code=code, version=number, definition=json.dumps(definition), set_by=actor.pseudonym, set_at=now)
    session.add(version)
    session.flush()
    audit.record(session, Action.POLICY_CHANGED, actor=actor, now=now, kind=KIND, rows=[bound_rows.digest_of(version)])
    return True
