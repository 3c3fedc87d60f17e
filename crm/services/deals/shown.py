"""Deals as pages show them: figures for everybody who may see deals, titles and people by the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.deal import Deal
from crm.privacy import work_texts
from crm.privacy.purposes import Purpose
from crm.services import work_customers
from crm.services.deals.entry import place_of
from crm.services.work_customers import Customer


@dataclass(frozen=True, slots=True)
class ShownDeal:
    """One deal with what the reader may know of it; `title` is None where the door says no."""

    deal: Deal
    title: str | None
    customer: Customer


def show(session: Session, deals: Sequence[Deal], *, purpose: Purpose | None, actor: Actor, now: datetime) -> list[ShownDeal]:
    """Return these deals in order; one entry for the titles and one for the names, none where nobody is concerned.

    Args:
        purpose: None where the reader's role acts for none (management): then figures and names of companies are all there is.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    titles = find_titles(session, deals, purpose=purpose, actor=actor, now=now)
    customers = work_customers.find_customers(session, deals, purpose=purpose, actor=actor, now=now)
    return [ShownDeal(each, titles.get(each.id), customers[each.id]) for each in deals]


def find_titles(session: Session, deals: Sequence[Deal], *, purpose: Purpose | None, actor: Actor, now: datetime) -> dict[str, str]:
    """Return the titles that the door hands out, by the id of the deal.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    texts = [(place_of(each.id, each.subject_id), each.sealed_title) for each in deals if each.sealed_title]
    if purpose is None or not texts:
        return {}
    return dict(work_texts.open_allowed(session, texts=texts, purpose=purpose, actor=actor, now=now))
