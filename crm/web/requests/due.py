"""What waits at the desk of requests, for the start page."""

from typing import Final

from flask import url_for

from crm.actor import Role
from crm.db import Session
from crm.models.request_case import CaseState, RequestCase
from crm.services.requests.listing import WAITS, find_due
from crm.site.i18n import _
from crm.site.view_models import DueEntry, DueSection
from crm.web.desk import current_day
from crm.web.due import urgency_of
from crm.web.requests.words import STATES

_SHOWN: Final = 10
# What each role has to do about cases; the data protection officer watches the periods.
_WAITING: Final = {Role.PRIVACY: WAITS, Role.MANAGEMENT: (CaseState.SECOND,), Role.DPO: WAITS}


def request_sections(db: Session, role: Role | None) -> tuple[DueSection, ...]:
    """Return the section of cases for a role that has something to do with them; cases name nobody."""
    states = _WAITING.get(role) if role else None
    if states is None:
        return ()
    cases, more = find_due(db, states=states, limit=_SHOWN)
    empty = _("Kein Antrag wartet auf Sie.")
    entries = tuple(_entry(each) for each in cases)
    return (DueSection(title=_("Anträge"), entries=entries, empty=empty, more=more, more_url=url_for("requests.index") if more else None),)


def _entry(case: RequestCase) -> DueEntry:
    return DueEntry(
        title=_("Fall %(number)s", number=case.number),
        due_on=case.due_on,
        urgency=urgency_of(case.due_on, today=current_day()),
        url=url_for("requests.show", case_id=case.id),
        note=str(STATES[CaseState(case.state)]),
    )
