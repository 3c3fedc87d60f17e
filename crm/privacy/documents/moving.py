"""The last day of kept documents, computed anew after the period of their rule was changed.

The row of a document is bound to its entry, so each that moves gets an entry with the row as it was and as it is.

Source: Art. 5(1)(e), 5(2), 17(3)(b) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Database
from crm.models.erasure import RetainedDocument
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.privacy.periods import due_on
from crm.privacy.retention_rules import find_rules

_TABLE: Final = RetainedDocument.__tablename__
_ROW = RetainedDocument.__table__.c
# Without their contents, which are large.
_BOUND = select(*(_ROW[name] for name in bound_rows.columns_of(_TABLE)))
_NEXT = _BOUND.where(_ROW.id > bindparam("last")).order_by(_ROW.id).limit(200).with_for_update()


def move_ends(database: Database, *, actor: Actor, now: datetime) -> int:
    """Give every document the last day that its rule gives, and return how many moved; interrupted, it goes on where it stopped."""
    moved, last = 0, ""
    while True:
        with database.writing_in_bulk() as session:
            batch = [dict(row) for row in session.execute(_NEXT, {"last": last}).mappings()]
            if not batch:
                return moved
            moved, last = moved + _move(session, batch, actor, now), batch[-1]["id"]


def _move(session: Session, batch: Sequence[dict[str, Any]], actor: Actor, now: datetime) -> int:
    rules, entries = find_rules(session), []
    for each in batch:
        keep_until = due_on(rules[each["rule"]], each["issued_on"])
        if keep_until != each["keep_until"]:
            these = (RetainedDocument.subject_id == each["subject_id"], RetainedDocument.id == each["id"])
            session.execute(update(RetainedDocument).where(*these).values(keep_until=keep_until))
            rows = [bound_rows.digest(_TABLE, row) for row in (each, {**each, "keep_until": keep_until})]
            entries.append(audit.Entry(action=Action.DOCUMENT_MOVED, subject_id=each["subject_id"], kind=each["rule"], rows=rows))
    audit.record_all(session, entries, actor=actor, now=now)
    return len(entries)
