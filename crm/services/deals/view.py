"""One deal in full view."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.deal import Deal, DealMove
from crm.privacy.disclosure import require_access
from crm.privacy.purposes import Purpose
from crm.services.deals.entry import get_deal
from crm.services.deals.shown import ShownDeal, find_titles, show
from crm.services.work_customers import NOBODY

SHOWN = 20  # deals on the page of a company or a person
_LATEST = select(Deal).order_by(Deal.expected_on.desc(), Deal.id.desc()).limit(SHOWN)
_OF_COMPANY = _LATEST.where(Deal.company_id == bindparam("company_id"))
_OF_PERSON = _LATEST.where(Deal.subject_id == bindparam("subject_id"))


@dataclass(frozen=True, slots=True)
class DealView:
    """Everything the page of a deal shows; `moves` from the first to the last."""

    shown: ShownDeal
    moves: tuple[DealMove, ...]

    @property
    def deal(self) -> Deal:
        return self.shown.deal


def open_deal(session: Session, *, deal_id: str, purpose: Purpose | None, actor: Actor, now: datetime) -> DealView:
    """Open one deal; where the door says no, its figures come without title and person.

    Raises:
        NotFoundError: there is none.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    deal = get_deal(session, deal_id=deal_id)
    moves = session.scalars(select(DealMove).where(DealMove.deal_id == deal_id).order_by(DealMove.moved_at, DealMove.id))
    return DealView(show(session, [deal], purpose=purpose, actor=actor, now=now)[0], tuple(moves))


def open_for_change(session: Session, *, deal_id: str, purpose: Purpose, actor: Actor, now: datetime) -> ShownDeal:
    """Open one deal for the form that changes it.

    Raises:
        NotFoundError: there is none.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    deal = get_deal(session, deal_id=deal_id)
    if deal.subject_id:
        require_access(session, subject_id=deal.subject_id, purpose=purpose, actor=actor, now=now)
    return show(session, [deal], purpose=purpose, actor=actor, now=now)[0]


def find_of_customer(
    session: Session,
    *,
    company_id: str | None = None,
    subject_id: str | None = None,
    purpose: Purpose | None,
    actor: Actor,
    now: datetime,
) -> list[ShownDeal]:
    """Return the deals of a company or a person for its own page, the latest first; nobody is named besides."""
    whose = (_OF_COMPANY, {"company_id": company_id}) if company_id else (_OF_PERSON, {"subject_id": subject_id})
    deals = session.scalars(*whose).all()
    titles = find_titles(session, deals, purpose=purpose, actor=actor, now=now)
    return [ShownDeal(each, titles.get(each.id), NOBODY) for each in deals]
