"""How far a request has come, for whoever holds its link; nothing sealed is opened.

Source: Art. 12(2), (3) DSGVO.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.models.intake import LinkKind
from crm.models.request_case import CaseKind, CaseState, RequestCase
from crm.privacy import links
from crm.privacy.links import LinkUnknownError


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStatus:
    """What the person may see of their case."""

    number: str
    kind: CaseKind
    received_on: date
    due_on: date
    state: CaseState
    execute_at: datetime | None
    closed_at: datetime | None


def get_status(session: Session, *, token: str, now: datetime) -> CaseStatus:
    """Return how far the case of this link has come.

    Raises:
        LinkUnknownError: there is no such link, its time is over, or its case is gone.
    """
    link = links.get(session, token=token, kind=LinkKind.STATUS, now=now)
    columns = (RequestCase.number, RequestCase.kind, RequestCase.received_on, RequestCase.due_on, RequestCase.state)
    row = session.execute(select(*columns, RequestCase.execute_at, RequestCase.closed_at).where(RequestCase.id == link.request_id)).first()
    if row is None:
        raise LinkUnknownError
    return CaseStatus(
        number=row.number,
        kind=CaseKind(row.kind),
        received_on=row.received_on,
        due_on=row.due_on,
        state=CaseState(row.state),
        execute_at=row.execute_at,
        closed_at=row.closed_at,
    )
