"""Opens what somebody has to do about a person by a day."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.db import insert_rows, new_id
from crm.models.privacy_task import PrivacyTask, TaskKind


def open_many(session: Session, tasks: Sequence[tuple[str, TaskKind, date]], *, now: datetime) -> None:
    """Open tasks: (person, what to do, last day). The caller enters the act that gives rise to them."""
    rows = [
        {"subject_id": subject_id, "id": new_id(), "kind": kind, "created_at": now, "due_on": due_on, "done_at": None}
        for subject_id, kind, due_on in tasks
    ]
    insert_rows(session.connection(), PrivacyTask, rows)
