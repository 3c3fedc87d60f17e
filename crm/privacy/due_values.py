"""When values of custom fields go: with the period of the field's rule, which begins whenever the value is set.

Source: Art. 5(1)(e) DSGVO; Löschkonzept, RET-37, RET-38, RET-39.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from crm.db import among, insert_rows
from crm.models.custom_field import CustomField, CustomValue
from crm.models.retention import DueKind, RetentionDue
from crm.privacy.periods import due_on
from crm.privacy.retention_rules import Rules, find_rules

# Built once, because the nightly control asks these of everybody.
_VALUE, _FIELD, _DUE = CustomValue.__table__.c, CustomField.__table__.c, RetentionDue.__table__.c
_SET = (
    select(_VALUE.subject_id, _VALUE.field_id, _FIELD.rule, _VALUE.set_at)
    .join(CustomField, _FIELD.id == _VALUE.field_id)
    .where(among(_VALUE.subject_id, "subject_ids"))
)
_OF_VALUES = delete(cast("Table", RetentionDue.__table__)).where(
    _DUE.kind == DueKind.CUSTOM_VALUE.value, among(_DUE.subject_id, "subject_ids")
)

Period = tuple[str, str, str, datetime]  # person, field, rule, when the value was set


def compute(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the rows that should be there for the values of these people."""
    rules = find_rules(session)
    return [_row(each, rules, zone) for each in map(tuple, session.execute(_SET, {"subject_ids": list(subject_ids)}))]


def refresh_all_of(session: Session, subject_ids: Sequence[str], *, zone: ZoneInfo) -> None:
    """Compute the days of all values of these people anew."""
    session.execute(_OF_VALUES, {"subject_ids": list(subject_ids)})
    insert_rows(session.connection(), RetentionDue, compute(session, subject_ids, zone=zone))


def begin(session: Session, periods: Sequence[Period], *, zone: ZoneInfo) -> None:
    """Note the days on which values go, in the transaction that sets them."""
    rules = find_rules(session)
    insert_rows(session.connection(), RetentionDue, [_row(each, rules, zone) for each in periods])


def forget(session: Session, *, subject_id: str, field_ids: Sequence[str]) -> None:
    """Forget the days of values that are replaced or removed."""
    mine = (RetentionDue.subject_id == subject_id, RetentionDue.kind == DueKind.CUSTOM_VALUE.value)
    session.execute(delete(RetentionDue).where(*mine, RetentionDue.object_id.in_(field_ids)))


def _row(period: Period, rules: Rules, zone: ZoneInfo) -> dict[str, Any]:
    subject_id, field_id, rule, set_at = period
    started_on = set_at.astimezone(zone).date()
    row = {"subject_id": subject_id, "kind": DueKind.CUSTOM_VALUE.value, "object_id": field_id, "rule": rule}
    return {**row, "started_on": started_on, "due_on": due_on(rules[rule], started_on)}
