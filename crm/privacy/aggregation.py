"""Who is left out before figures are made: people whose data are restricted, and who objected to the use.

Source: Art. 18(2), 21(1), 21(3) DSGVO; rules.md 3.13.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import SelectBase, exists, or_, select
from sqlalchemy.orm import Session

from crm.db import in_batches
from crm.models.lawfulness import ObjectionEvent, RestrictionEvent
from crm.privacy import lawfulness
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Purpose

_LEFT_OUT: Final = frozenset({Standing.OBJECTED, Standing.RESTRICTED})


def find_left_out(session: Session, people: SelectBase, *, purposes: Sequence[Purpose], now: datetime) -> set[str]:
    """Return those of the people that `people` selects by their id whom one of the purposes may not count.

    Only they are looked at about whom something was ever entered: most people never objected to anything.
    """
    wanted = people.subquery()
    person = wanted.c[0]
    objected = exists().where(ObjectionEvent.subject_id == person)
    restricted = exists().where(RestrictionEvent.subject_id == person)
    candidates = session.scalars(select(person).where(person.is_not(None), or_(objected, restricted)).distinct()).all()
    left_out: set[str] = set()
    for batch in in_batches(candidates):
        states = lawfulness.find_states(session, batch, now=now)
        left_out |= {each for each, state in states.items() if _is_left_out(state, purposes, now)}
    return left_out


def _is_left_out(state: lawfulness.PersonState, purposes: Sequence[Purpose], now: datetime) -> bool:
    return any(lawfulness.standing(purpose, state, now=now) in _LEFT_OUT for purpose in purposes)
