"""What a new installation needs before people work in it, and how far that is: company, coordinator, DSB, purposes, mail, users.

Source: Art. 5(1)(b), 13(1)(a),(b), 24(1), 37 DSGVO; § 38 BDSG.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError
from crm.models.account import Account, AccountRole
from crm.privacy import mails, policy_versions, purposes
from crm.privacy.errors import StaleVersionError
from crm.privacy.policy_versions import Stored
from crm.services.contacts.fields import clean_line
from crm.services.controller import FACTS, KIND
from crm.settings import Settings, initial_policy

LONGEST_REASON: Final = 200  # characters
WORKS_WITH_PEOPLE: Final = frozenset({Role.SALES, Role.SERVICE, Role.MARKETING, Role.ACCOUNTING})


class Step(StrEnum):
    """The steps, in the order in which they are done."""

    CONTROLLER = "controller"
    COORDINATOR = "coordinator"
    DPO = "dpo"
    PURPOSES = "purposes"
    MAIL = "mail"
    USERS = "users"


_CODES: Final = {Step.CONTROLLER: FACTS, Step.DPO: "dpo", Step.PURPOSES: "purposes"}  # of the steps that are kept in versions


class DpoReasonMissingError(InvalidInputError):
    """Nobody says why there is no DSB; § 38 BDSG asks for one from 20 people on."""

    message = "Bitte schreiben Sie, warum keine Benennungspflicht besteht, zum Beispiel „9 Personen verarbeiten ständig Daten“."


class RoleWithoutPurposeError(InvalidInputError):
    """Somebody who has an account could do nothing any more."""

    message = "So hätte eine Rolle, die schon jemand hat, keinen Zweck mehr. Lassen Sie jeder Rolle mit Konto mindestens einen."


class NoPurposeError(InvalidInputError):
    """Nobody could work: what is left is what the law demands of everybody."""

    message = "Bitte wählen Sie mindestens einen Zweck. Ohne Zweck darf niemand mit Kundendaten arbeiten."


def find_done(session: Session, settings: Settings) -> frozenset[Step]:
    """Return the steps that are done."""
    holders = count_holders(session)
    is_done = {
        Step.CONTROLLER: find_stored(session, Step.CONTROLLER).definition is not None or settings.organisation_address is not None,
        Step.COORDINATOR: bool(holders[Role.PRIVACY]),
        Step.DPO: bool(holders[Role.DPO]) or find_why_no_dpo(session) is not None,
        Step.PURPOSES: bool(find_stored(session, Step.PURPOSES).definition) and bool(find_used(session)),
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


def find_stored(session: Session, step: Step) -> Stored:
    """Return what a step has kept, with its version: company, DSB or purposes."""
    return policy_versions.find_newest(session, KIND, _CODES[step])


def find_why_no_dpo(session: Session) -> str | None:
    """Return why there is no data protection officer; None where nobody has said it."""
    said = find_stored(session, Step.DPO).definition
    return str(said["why_not"]) if said else None


def find_used(session: Session) -> frozenset[str]:
    """Return the purposes that somebody acts for, without those that are a duty anyway."""
    return frozenset(each.code for each in purposes.find_all(session) if each.roles and not each.is_duty)


def say_why_no_dpo(session: Session, *, reason: str, expected_version: int, actor: Actor, now: datetime) -> bool:
    """Keep why there is no data protection officer, and return whether that is new.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        DpoReasonMissingError, FieldTooLongError, ControlCharacterError: the reason cannot be taken.

    Source: Art. 5(2), 37(1) DSGVO; § 38(1) BDSG.
    """
    _require_current(session, Step.DPO, expected_version)
    cleaned = clean_line(reason, field="why_not", longest=LONGEST_REASON)
    if not cleaned:
        raise DpoReasonMissingError(field="why_not")
    return policy_versions.append(session, KIND, _CODES[Step.DPO], {"why_not": cleaned}, actor=actor, now=now)


def choose_purposes(session: Session, *, used: Collection[str], expected_version: int, actor: Actor, now: datetime) -> bool:
    """Let the usual roles act for these purposes and nobody for the others; duties stay. Return whether that changed anything.

    Raises:
        StaleVersionError: somebody else changed the choice since it was opened.
        NoPurposeError: nothing but duties is left; nothing was changed.
        RoleWithoutPurposeError: a role that somebody has would have none left; nothing was changed.
    """
    _require_current(session, Step.PURPOSES, expected_version)
    usual = {code: [Role(each) for each in rule["roles"]] for code, rule in initial_policy("purposes").items()}
    duties = {each.code for each in purposes.find_all(session) if each.is_duty}
    wanted = {code: roles if code in duties or code in used else [] for code, roles in usual.items()}
    if not any(roles for code, roles in wanted.items() if code not in duties):
        raise NoPurposeError(field="used")
    held = {role for role, number in count_holders(session).items() if number}
    if held & {*chain(*usual.values())} - {*chain(*wanted.values())}:
        raise RoleWithoutPurposeError(field="used")
    changed = [purposes.set_roles(session, code=code, roles=roles, actor=actor, now=now) for code, roles in wanted.items()]
    chosen = {"used": sorted(code for code, roles in wanted.items() if roles)}
    return policy_versions.append(session, KIND, _CODES[Step.PURPOSES], chosen, actor=actor, now=now) or any(changed)


def write_test_mail(session: Session, *, to: str, language: str, settings: Settings, now: datetime) -> None:
    """Write a mail to who asks for it, by the way that every mail goes."""
    mails.write(session, kind="setup_test", to=to, language=language, facts={}, settings=settings, now=now)


def _require_current(session: Session, step: Step, expected_version: int) -> None:
    if find_stored(session, step).version != expected_version:
        raise StaleVersionError
