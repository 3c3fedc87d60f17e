"""Lets a few companies belong to others, and people have roles at them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import insert_rows, new_id
from crm.models.affiliation import Affiliation
from crm.models.company import Company
from crm.privacy import audit, plain_columns
from crm.privacy.actions import Action
from crm.services import work_rules

_PARENTS: Final = 4
_EACH: Final = 3  # companies of one parent
_WITH_ROLE: Final = 40


def invent_belonging(
    session: Session, company_ids: Sequence[str], people: Sequence[tuple[str, str | None]], *, actor: Actor, now: datetime
) -> None:
    """Give four companies three each, and people from the front a role at the parent of theirs, or at their own company.

    Args:
        people: pseudonym of each, with their company.
    """
    parents = {}
    for number, parent_id in enumerate(company_ids[:_PARENTS]):
        for company_id in company_ids[_PARENTS + number * _EACH : _PARENTS + (number + 1) * _EACH]:
            plain_columns.change(session, Company, company_id, {"parent_id": parent_id})
            parents[company_id] = parent_id
    with_company = [(subject_id, company_id) for subject_id, company_id in people if company_id][:_WITH_ROLE]
    roles = list(zip(with_company, cycle(work_rules.find(session).capacities), strict=False))
    rows = [
        {
            "id": new_id(),
            "subject_id": subject_id,
            "company_id": parents.get(company_id, company_id),
            "capacity": capacity,
            "created_at": now,
            "created_by": actor.pseudonym,
        }
        for (subject_id, company_id), capacity in roles
    ]
    insert_rows(session.connection(), Affiliation, rows)
    entries = [
        audit.Entry(action=Action.AFFILIATION_BEGUN, subject_id=subject_id, result=capacity)
        for (subject_id, _company_id), capacity in roles
    ]
    audit.record_all(session, entries, actor=actor, now=now)
