"""The register of Löschsperren and the pause of the runs, as their page shows them; nobody is named but staff and companies.

Source: § 147(3) AO; Art. 5(2), 17(3)(b), (e) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company
from crm.models.legal_hold import HoldReason, HoldScope, LegalHold
from crm.privacy import hold_acts, holds, pausing
from crm.privacy.pausing import Pause
from crm.services.staff_names import find_staff_names

_SHOWN: Final = 200  # ended ones included; more is no list any more


class HoldState(StrEnum):
    """How it stands with a hold."""

    ASKED = "asked"  # it holds, and waits for a second person
    STANDS = "stands"
    REVIEW = "review"  # it holds, and somebody has to say whether it is still needed
    LAPSED = "lapsed"  # no second person came
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """One hold; `asked_by` and the others are names."""

    id: str
    reason: HoldReason
    scope: HoldScope
    subject_id: str | None
    company_id: str | None
    company: str
    rule: str | None
    reference: str
    review_on: date
    lapses_on: date
    asked_by: str
    asked_at: datetime
    approved_by: str | None
    ended_by: str | None
    ended_at: datetime | None
    state: HoldState
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Every hold, those that ask for something first, and the pause that holds now."""

    holds: tuple[HoldView, ...]
    pause: Pause | None


def find_register(session: Session, *, actor: Actor, today: date) -> Register:
    """Return the holds and the pause."""
    newest = session.scalars(
        select(LegalHold).order_by(LegalHold.ended_at.is_not(None), LegalHold.review_on, LegalHold.id).limit(_SHOWN)
    ).all()
    names = find_staff_names(session).by_pseudonym
    wanted = select(Company.id, Company.name).where(Company.id.in_([each.company_id for each in newest if each.company_id]))
    companies = {company_id: name or "" for company_id, name in session.execute(wanted)}
    return Register(
        holds=tuple(_view(session, each, names, companies, actor, today) for each in newest), pause=pausing.find(session, today=today)
    )


def count_waiting(session: Session, *, today: date) -> int:
    """Return how many holds ask for something: a second person, or a review."""
    asks = (LegalHold.approved_at.is_(None)) | (LegalHold.review_on <= today)
    return session.scalar(select(func.count()).select_from(LegalHold).where(holds.stands(today), asks)) or 0


def find_company_name(session: Session, company_id: str) -> str | None:
    """Return the name of a company; None where there is none, or where it is a person."""
    return session.scalar(select(Company.name).where(Company.id == company_id))


def _view(session: Session, hold: LegalHold, names: Mapping[str, str], companies: Mapping[str, str], actor: Actor, today: date) -> HoldView:
    def named(pseudonym: str | None) -> str | None:
        return names.get(pseudonym, pseudonym) if pseudonym else None

    return HoldView(
        id=hold.id,
        reason=HoldReason(hold.reason),
        scope=hold.scope,
        subject_id=hold.subject_id,
        company_id=hold.company_id,
        company=companies.get(hold.company_id or "", ""),
        rule=hold.rule,
        reference=hold_acts.open_reference(session, hold),
        review_on=hold.review_on,
        lapses_on=hold.lapses_on,
        asked_by=named(hold.asked_by) or "",
        asked_at=hold.asked_at,
        approved_by=named(hold.approved_by),
        ended_by=named(hold.ended_by),
        ended_at=hold.ended_at,
        state=_state(hold, today),
        is_own=hold.asked_by == actor.pseudonym,
    )


def _state(hold: LegalHold, today: date) -> HoldState:
    if hold.ended_at is not None:
        return HoldState.ENDED
    if hold.approved_at is None:
        return HoldState.ASKED if hold.lapses_on >= today else HoldState.LAPSED
    return HoldState.REVIEW if hold.review_on <= today else HoldState.STANDS
