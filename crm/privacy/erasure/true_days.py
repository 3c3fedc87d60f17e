"""Whether the days that are kept ready are those that the rules give: what was kept ready decides who is looked at, what is true who goes.

Source: Art. 5(1)(d), (e), (f) DSGVO.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.models.retention import DueKind
from crm.privacy import due, due_values, due_work
from crm.privacy.erasure.ended import Planned

_Rows = list[dict[str, Any]]
_COMPUTED: Final[dict[DueKind, Callable[[Session, Sequence[str], ZoneInfo, datetime], _Rows]]] = {
    DueKind.PERSON: lambda session, ids, zone, now: due.compute(session, ids, zone=zone, now=now),
    DueKind.NOTE: lambda session, ids, zone, _now: due.compute_notes(session, ids, zone=zone),
    DueKind.TICKET: lambda session, ids, zone, _now: due_work.compute(session, ids, zone=zone),
    DueKind.INVOICE: lambda session, ids, zone, _now: due_work.compute(session, ids, zone=zone),
    DueKind.CUSTOM_VALUE: lambda session, ids, zone, _now: due_values.compute(session, ids, zone=zone),
}
_PUT_RIGHT: Final[dict[DueKind, Callable[[Session, Sequence[str], ZoneInfo, datetime], None]]] = {
    DueKind.PERSON: lambda session, ids, zone, now: due.refresh(session, ids, zone=zone, now=now),
    DueKind.NOTE: lambda session, ids, _zone, _now: due.refresh_notes(session, ids),
    DueKind.TICKET: lambda session, ids, zone, _now: due_work.refresh_all_of(session, ids, zone=zone),
    DueKind.INVOICE: lambda session, ids, zone, _now: due_work.refresh_all_of(session, ids, zone=zone),
    DueKind.CUSTOM_VALUE: lambda session, ids, zone, _now: due_values.refresh_all_of(session, ids, zone=zone),
}


def find_true(session: Session, looked_at: Sequence[Planned], *, zone: ZoneInfo, now: datetime) -> list[Planned]:
    """Return those, all of one kind, whose rule and last day are what the rules give."""
    if not looked_at:
        return []
    rows = _COMPUTED[DueKind(looked_at[0].kind)](session, _people(looked_at), zone, now)
    true = {(row["kind"], row["subject_id"], row["object_id"]): (row["rule"], row["due_on"]) for row in rows}
    return [each for each in looked_at if true.get((each.kind, each.subject_id, each.object_id)) == (each.rule, each.due_on)]


def put_right(session: Session, wrong: Sequence[Planned], *, zone: ZoneInfo, now: datetime) -> None:
    """Compute the days of the people anew who have one of these; all are of one kind."""
    if wrong:
        _PUT_RIGHT[DueKind(wrong[0].kind)](session, _people(wrong), zone, now)


def _people(planned: Sequence[Planned]) -> list[str]:
    return list(dict.fromkeys(each.subject_id for each in planned))
