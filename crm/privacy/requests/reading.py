"""The door to what a case says: who reads it is entered before the answer leaves.

Source: Art. 5(1)(f), 25(2), 38(2) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.request_case import RequestCase
from crm.privacy import audit, due
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY
from crm.privacy.requests import packages, sealed
from crm.privacy.requests.acts import READS_ALL, READS_DECISIONS, require_role
from crm.privacy.requests.choices import Choice, stored_choices
from crm.privacy.requests.claims import Settled, stored_settlement
from crm.privacy.requests.facts import StopReason
from crm.privacy.requests.last_days import settle_days
from crm.privacy.requests.pending import SETTLED
from crm.privacy.requests.recipients import Recipient, stored_recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What a case says, as far as the reader's role reads it.

    Attributes:
        request: what was asked and where the answer goes; empty for whoever only agrees to decisions.
        unreadable: a part of it was changed past the program and does not open; that part is empty here.
        extension: why the answer takes longer, as the person was told; none: the period is the month of the law.
        answer: subject, text and PDF of the answer, once it is written.
        refusal: ground and reason for which a copy was refused.
        granted: a copy goes out, or has gone.
        settled: how a claim was decided.
        recipients: whom the data have gone to, and who was told; for whoever reads all of the case.
    """

    request: Mapping[str, str]
    identity_note: str
    choices: tuple[Choice, ...]
    stopped: StopReason | None
    extension: str | None
    answer: Mapping[str, Any]
    unreadable: bool
    refusal: Mapping[str, str]
    granted: bool
    settled: Settled | None
    recipients: tuple[Recipient, ...]


def get_case(session: Session, *, case_id: str) -> RequestCase:
    """Return the pseudonymous row of a case.

    Raises:
        NotFoundError: there is none.
    """
    case = session.scalars(select(RequestCase).where(RequestCase.id == case_id)).first()
    if case is None:
        raise NotFoundError
    return case


def read_case(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> CaseFile:
    """Open what a case says; one entry.

    Raises:
        CoordinatorOnlyError: the actor's role reads no cases.
    """
    require_role(actor, READS_DECISIONS)
    reads_all = actor.role in READS_ALL
    unreadable = sealed.find_unreadable(session, case)

    def read(column: sealed.Column) -> dict[str, Any]:
        return {} if column in unreadable else sealed.open_part(session, case, column)

    decision = read("sealed_decision")
    audit.record(
        session,
        Action.REQUEST_READ,
        actor=actor,
        now=now,
        subject_id=case.subject_id,
        purpose=DUTY,
        basis="6-1-c",
        kind=case.kind,
        result="all" if reads_all else "decision",
    )
    return CaseFile(
        request=read("sealed_request") if reads_all else {},
        identity_note=decision.get("identity_note", "") if reads_all else "",
        choices=_choices(session, case, decision, now),
        stopped=StopReason(decision["stopped"]) if decision.get("stopped") else None,
        extension=decision["extension"]["reason"] if "extension" in decision else None,
        answer=read("sealed_answer") if reads_all and case.answer_written_at else {},
        unreadable=bool(unreadable),
        refusal=decision.get("refused") or {},
        granted=bool(decision.get(packages.GRANTED)),
        settled=stored_settlement(decision.get(SETTLED)),
        recipients=stored_recipients(decision) if reads_all else (),
    )


def _choices(session: Session, case: RequestCase, decision: Mapping[str, Any], now: datetime) -> tuple[Choice, ...]:
    """Return what is decided, with the days that the answer names; as long as there is none, as if all went as planned."""
    zone = due.zone_of(session)
    executed_on = case.executed_at.astimezone(zone).date() if case.executed_at else None
    written_on = (case.answer_written_at or max(now, case.execute_at or now)).astimezone(zone).date()
    return settle_days(stored_choices(decision), executed_on=executed_on, written_on=written_on)
