"""Invents what staff mean to do: some of it overdue, some due today, the rest in the weeks to come."""

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.db import insert_rows, new_id
from crm.models.activity import Activity, ActivityKind
from crm.models.deal import Deal
from crm.privacy import audit, due, work_texts
from crm.privacy.actions import Action
from crm.services import work_rules
from crm.services.activities.entry import KIND, place_of
from crm.services.demo.inventions import SEED

_EACH: Final = 14  # for one member of staff
_DAYS: Final = (-5, -2, 0, 0, 0, 1, 2, 3, 5, 8, 12, 15, 21, 30)
_TIMES: Final = (None, None, time(9, 30), time(11), time(14, 15), time(16))
_TEXTS: Final = {
    ActivityKind.CALL: ("Angebot nachfassen", "Liefertermin abstimmen", "Offene Fragen zur Steuerung klären"),
    ActivityKind.MAIL: ("Referenzen schicken", "Überarbeitetes Angebot schicken", "Datenblatt nachreichen"),
    ActivityKind.MEETING: ("Aufmaß in der Halle", "Vorführung der Anlage", "Jahresgespräch"),
    ActivityKind.TASK: ("Kalkulation prüfen", "Rabatt mit der Leitung abstimmen", "Muster bestellen"),
}


def invent_activities(session: Session, staff: dict[Role, list[str]], *, actor: Actor, now: datetime) -> None:
    """Give everybody in sales something to do about open deals, and everybody in service about the people behind them."""
    chance = random.Random(SEED)  # noqa: S311 - invented data, the same every time
    still_open = [code for code, stage in work_rules.find(session).stages.items() if not stage.ends]
    deals = session.scalars(select(Deal).where(Deal.stage.in_(still_open)).order_by(Deal.created_at, Deal.amount_cents)).all()
    rows = [_row(session, chance, chance.choice(deals), owner, day, now) for owner in staff[Role.SALES] for day in _DAYS[:_EACH]]
    companies = [each for each in deals if each.company_id and not each.subject_id]
    rows += [
        _row(session, chance, chance.choice(companies), owner, day, now) | {"deal_id": None}
        for owner in staff[Role.SERVICE]
        for day in _DAYS[:5]
    ]
    insert_rows(session.connection(), Activity, rows)
    _enter(session, rows, actor, now)


def _row(session: Session, chance: random.Random, deal: Deal, owner: str, day: int, now: datetime) -> dict[str, Any]:
    kind, activity_id = chance.choice(list(ActivityKind)), new_id()
    place = place_of(activity_id, deal.subject_id)
    return {
        "id": activity_id,
        "kind": kind,
        "subject_id": deal.subject_id,
        "company_id": deal.company_id,
        "deal_id": deal.id,
        "owner_id": owner,
        "due_on": now.astimezone(due.zone_of(session)).date() + timedelta(days=day),
        "due_time": chance.choice(_TIMES),
        "done_at": None,
        "created_at": now - timedelta(days=chance.randint(6, 20)),
        "created_by": "system:demo",
        "version": 1,
        "sealed_text": work_texts.seal(session, place, chance.choice(_TEXTS[kind])),
    }


def _enter(session: Session, rows: Sequence[dict[str, Any]], actor: Actor, now: datetime) -> None:
    entries = [
        audit.Entry(action=Action.ACTIVITY_CREATED, subject_id=row["subject_id"], kind=KIND, sealed=(row["sealed_text"],)) for row in rows
    ]
    audit.record_all(session, entries, actor=actor, now=now)
