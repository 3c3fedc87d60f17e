"""Why data have to be erased: the ground that is proposed, computed from what has happened.

Source: Art. 17(1) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.privacy import lawfulness, restriction
from crm.privacy.consent import ConsentAct
from crm.privacy.lawfulness import PersonState
from crm.privacy.objection import DIRECT_MARKETING
from crm.privacy.requests.facts import ErasureGround
from crm.privacy.restriction import RestrictionReason


def find_ground(session: Session, subject_ids: Sequence[str], *, now: datetime) -> ErasureGround:
    """Return the ground for these people; where nothing else has happened, nobody needs the data any more.

    That a statute demands the erasure, or that a child was offered a service, is in no record; a person chooses it.
    """
    reasons = restriction.find_reasons(session, subject_ids).values()
    if any(RestrictionReason.UNLAWFUL in each for each in reasons):
        return ErasureGround.UNLAWFUL
    states = lawfulness.find_states(session, subject_ids, now=now).values()
    if any(_has_withdrawn(each) for each in states):
        return ErasureGround.WITHDRAWN
    if any(objection.scope == DIRECT_MARKETING for each in states for objection in each.objections):
        return ErasureGround.OBJECTED
    return ErasureGround.NOT_NEEDED


def _has_withdrawn(state: PersonState) -> bool:
    """Say whether the person has withdrawn a consent, and no other one stands."""
    acts = {each.act for each in state.consents.values()}
    return ConsentAct.WITHDRAWN in acts and ConsentAct.GIVEN not in acts
