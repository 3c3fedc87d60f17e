"""Invents deals in every stage, with the way they went, and what is to be done about some of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.db import insert_rows, new_id
from crm.models.deal import Deal, DealMove
from crm.privacy import audit, due, lawfulness, purposes, work_texts
from crm.privacy.actions import Action
from crm.privacy.lawfulness import Standing
from crm.services import work_rule_changes, work_rules
from crm.services.deals.entry import KIND, place_of
from crm.services.demo.inventions import SEED
from crm.services.work_rules import LOST, WON, WorkRules

DEALS: Final = 150
_GOODS: Final = {
    "Pumpen": ("Kreiselpumpe mit Steuerung", "Ersatz der Dosierpumpen", "Pumpenstation Halle 2"),
    "Förderanlagen": ("Rollenbahn Versand", "Förderband mit Waage", "Umbau der Sortierung"),
    "Wartung": ("Wartungsvertrag drei Jahre", "Wartung mit Bereitschaft", "Inspektion vor dem Winter"),
    "Ersatzteile": ("Rahmenvertrag Dichtungen", "Erstausstattung Ersatzteile", "Lagerbestand Verschleißteile"),
}
PRODUCTS: Final = tuple(_GOODS)
_ENDS: Final = (WON, WON, WON, LOST, LOST)


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person at a company who may buy."""

    subject_id: str
    company_id: str | None


def invent_deals(session: Session, buyers: Sequence[Buyer], owners: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Make deals: two in five open and spread over the months to come, the others ended within the last two years."""
    names = {**work_rule_changes.find_section(session, "names"), "products": list(PRODUCTS)}
    work_rule_changes.change(session, section="names", rules=names, expected_version=1, actor=actor, now=now)
    rules, chance = work_rules.find(session), random.Random(SEED)  # noqa: S311 - invented data, the same every time
    usable = _usable(session, buyers, now)
    inventions = [_invent(chance, rules, chance.choice(usable), owners, now) for _ in range(DEALS)]
    deals = [
        {**row, "sealed_title": work_texts.seal(session, place_of(row["id"], row["subject_id"]), title)} for row, title, _ in inventions
    ]
    zone = due.zone_of(session)
    for row, (_, _, moved) in zip(deals, inventions, strict=True):
        row["opened_on"] = moved[0][1].astimezone(zone).date()
        row["closed_on"] = moved[-1][1].astimezone(zone).date() if rules.stages[row["stage"]].ends else None
    insert_rows(session.connection(), Deal, deals)
    moves = [
        {"id": new_id(), "deal_id": row["id"], "stage": stage, "moved_at": at, "moved_by": actor.pseudonym}
        for row, _, moved in inventions
        for stage, at in moved
    ]
    insert_rows(session.connection(), DealMove, moves)
    entries = [
        audit.Entry(action=Action.DEAL_CREATED, subject_id=row["subject_id"], kind=KIND, sealed=(row["sealed_title"],)) for row in deals
    ]
    audit.record_all(session, entries, actor=actor, now=now)


def _usable(session: Session, buyers: Sequence[Buyer], now: datetime) -> list[Buyer]:
    """Return the buyers whom sales may use."""
    purpose = next(each for each in purposes.find_all(session) if Role.SALES in each.roles)
    states = lawfulness.find_states(session, [each.subject_id for each in buyers], now=now)
    return [each for each in buyers if lawfulness.standing(purpose, states[each.subject_id], now=now) is Standing.ALLOWED]


def _invent(
    chance: random.Random, rules: WorkRules, buyer: Buyer, owners: Sequence[str], now: datetime
) -> tuple[dict[str, Any], str, list[tuple[str, datetime]]]:
    product = chance.choice(PRODUCTS)
    going = [code for code, stage in rules.stages.items() if not stage.ends]
    has_ended = chance.random() < 0.6  # noqa: PLR2004 - three in five
    stage = chance.choice(_ENDS) if has_ended else chance.choice(going)
    way = [*going[: chance.randint(1, len(going))], stage] if has_ended else going[: going.index(stage) + 1]
    last = now - timedelta(days=chance.randint(1, 700 if has_ended else 40), hours=chance.randint(0, 8))
    steps = [timedelta(days=chance.randint(4, 45) * (len(way) - 1 - place)) for place in range(len(way))]
    moved = [(code, last - step) for code, step in zip(way, steps, strict=True)]
    expected = last + timedelta(days=chance.randint(-15, 15)) if has_ended else now + timedelta(days=chance.randint(-12, 200))
    row = {
        "id": new_id(),
        "company_id": buyer.company_id,
        "subject_id": None if buyer.company_id and chance.random() < 0.4 else buyer.subject_id,  # noqa: PLR2004 - two in five
        "owner_id": chance.choice(owners),
        "stage": stage,
        "amount_cents": round(chance.lognormvariate(10, 0.9)) * 100,
        "probability": rules.stages[stage].probability,
        "product": product,
        "region": chance.choice(rules.regions) if rules.regions else None,
        "expected_on": expected.date(),
        "opened_on": expected.date(),
        "closed_on": None,
        "loss_reason": chance.choice(list(rules.loss_reasons)) if stage == LOST else None,
        "created_at": moved[0][1],
        "changed_at": last,
        "version": len(moved),
    }
    return row, chance.choice(_GOODS[product]), moved
