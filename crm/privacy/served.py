"""Whoever buys or asks is served: the ground of service begins with the first ticket or invoice of a person.

Else the one who answers the telephone would find no customer whom somebody else took in, and could not read the ticket of a
caller. No ground begins for somebody who contests being served, or whose data are restricted.

Source: Art. 6(1)(f), 18(2), 21(1) DSGVO.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.privacy import audit, due, indexing, lawfulness
from crm.privacy.actions import Action
from crm.privacy.lawfulness import NewGround
from crm.privacy.objection import Objection
from crm.privacy.purposes import Purpose, find_all

PURPOSE: Final = "service"


def begin(session: Session, subject_ids: Collection[str | None], *, actor: Actor, now: datetime) -> None:
    """Start the ground of service for those of these people who have none yet and may be served."""
    purpose = next((each for each in find_all(session) if each.code == PURPOSE and each.roles), None)
    people = list(dict.fromkeys(each for each in subject_ids if each))
    if purpose is None or not people:
        return
    fresh = _find_fresh(session, people, purpose, now)
    grounds = [NewGround(subject_id=each, purpose=purpose, since=now) for each in fresh]
    rows = lawfulness.start_grounds(session, grounds, now=now)
    entries = [
        audit.Entry(action=Action.GROUND_STARTED, subject_id=each, purpose=purpose.code, basis=purpose.basis, rows=[row])
        for each, row in zip(fresh, rows, strict=True)
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    if fresh:
        due.refresh(session, fresh, zone=due.zone_of(session), now=now)
        indexing.announce_changed(session, fresh, now=now)


def _find_fresh(session: Session, people: list[str], purpose: Purpose, now: datetime) -> list[str]:
    states = lawfulness.find_states(session, people, now=now)
    return [
        each
        for each, state in states.items()
        if state.living and not state.restricted and purpose.code not in state.grounds and Objection(purpose.code) not in state.objections
    ]
