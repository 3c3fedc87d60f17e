"""Are the days kept ready in `retention_due` the ones that the rules give? Whoever moves or deletes one lets nothing fall due.

Source: Art. 5(1)(e), (f), 5(2) DSGVO.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.db import Database
from crm.models.contact import Contact
from crm.models.retention import RetentionDue
from crm.privacy import due, due_values, due_work, plain_columns
from crm.vault import KeyUnavailableError, Subject, SubjectState

_AT_ONCE = 500  # people of one look
_KEPT = RetentionDue.__table__.c
_COLUMNS = ("subject_id", "kind", "object_id", "rule", "started_on", "due_on")


def find_wrong(database: Database, *, zone: ZoneInfo, now: datetime) -> tuple[int, list[str]]:
    """Return how many people were compared, and whose days, or those of what is kept about them, differ from what the rules give."""
    compared, wrong, last = 0, list[str](), ""
    while True:
        with database.reading() as session:
            living = select(Contact.subject_id).join(Subject, Subject.id == Contact.subject_id).where(Subject.state == SubjectState.LIVING)
            subject_ids = session.scalars(living.where(Contact.subject_id > last).order_by(Contact.subject_id).limit(_AT_ONCE)).all()
            differing = _find_differing(session, subject_ids, zone, now)
        if differing:
            with database.reading() as session:  # asked twice: what moved between days and start events is no finding
                wrong += sorted(set(differing) & set(_find_differing(session, sorted(differing), zone, now)))
        if not subject_ids:
            return compared, _without_changed(database, wrong)
        compared, last = compared + len(subject_ids), subject_ids[-1]


def _without_changed(database: Database, wrong: list[str]) -> list[str]:
    """Leave out whose contact was changed: that is named as such, and computing their days anew would not help."""
    with database.reading() as session, suppress(KeyUnavailableError):
        unsound = plain_columns.find_unsound(session, wrong)
        return [each for each in wrong if each not in unsound]
    return wrong


def _find_differing(session: Session, subject_ids: Sequence[str], zone: ZoneInfo, now: datetime) -> set[str]:
    if not subject_ids:
        return set()
    of_people = due.compute(session, subject_ids, zone=zone, now=now)
    of_things = [*due.compute_notes(session, subject_ids, zone=zone), *due_work.compute(session, subject_ids, zone=zone)]
    computed = [*of_people, *of_things, *due_values.compute(session, subject_ids, zone=zone)]
    expected = {tuple(row[name] for name in _COLUMNS) for row in computed}
    try:
        kept = {tuple(row) for row in session.execute(select(*(_KEPT[name] for name in _COLUMNS)).where(_KEPT.subject_id.in_(subject_ids)))}
    except (ValueError, TypeError):  # SQLite stores any type in any column: a day that is none cannot even be read
        return set(subject_ids)
    return {str(each[0]) for each in expected ^ kept}
