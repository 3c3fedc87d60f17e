"""Deals go through their stages, and end won or lost."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id
from crm.models.deal import Deal, DealMove
from crm.privacy import audit, due
from crm.privacy.actions import Action
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.services import work_customers, work_rules
from crm.services.deals import entry, errors
from crm.services.work_rules import LOST, WorkRules


def move(
    session: Session,
    *,
    deal_id: str,
    stage: str,
    loss_reason: str | None = None,
    purpose: Purpose,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> bool:
    """Bring a deal into a stage and keep that it was moved; return whether it was anywhere else before.

    Back from won or lost it is open again.

    Raises:
        StaleVersionError: somebody else changed it since it was opened, and it is in another stage.
        ChoiceUnknownError, LossReasonMissingError: there is no such stage or reason, or it is lost and nobody says why.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    deal = entry.get_deal(session, deal_id=deal_id)
    rules = work_rules.find(session)
    if stage not in rules.stages:
        raise errors.ChoiceUnknownError(field="stage")
    if deal.stage == stage:  # the same drag sent twice, or a colleague did the same
        return False
    if deal.version != expected_version:
        raise StaleVersionError
    _require_reason(rules, stage, loss_reason)
    work_customers.require_writable(session, deal.subject_id, purpose=purpose, actor=actor, now=now)
    _write(session, deal, rules, stage, loss_reason, actor=actor, now=now)
    about: dict[str, Any] = {"subject_id": deal.subject_id, "purpose": purpose.code, "basis": purpose.basis}
    audit.record(session, Action.DEAL_MOVED, actor=actor, now=now, kind=entry.KIND, result=stage, **about)
    return True


def _write(session: Session, deal: Deal, rules: WorkRules, stage: str, loss_reason: str | None, *, actor: Actor, now: datetime) -> None:
    today = now.astimezone(due.zone_of(session)).date()
    entry.write(session, deal.id, deal.version, {**_columns(rules, deal, stage, loss_reason, today), "changed_at": now})
    session.add(DealMove(id=new_id(), deal_id=deal.id, stage=stage, moved_at=now, moved_by=actor.pseudonym))


def _require_reason(rules: WorkRules, stage: str, loss_reason: str | None) -> None:
    if stage != LOST:
        return
    if not loss_reason:
        raise errors.LossReasonMissingError(field="loss_reason")
    if loss_reason not in rules.loss_reasons:
        raise errors.ChoiceUnknownError(field="loss_reason")


def _columns(rules: WorkRules, deal: Deal, stage: str, loss_reason: str | None, today: date) -> dict[str, Any]:
    """Return what a move changes; somebody set the probability where it is not what the stage before said."""
    before = rules.stages.get(deal.stage)
    was_set = before is not None and not before.ends and deal.probability != before.probability
    return {
        "stage": stage,
        "probability": entry.probability_of(rules, stage, deal.probability if was_set else None),
        "closed_on": today if rules.stages[stage].ends else None,
        "loss_reason": loss_reason if stage == LOST else None,
    }
