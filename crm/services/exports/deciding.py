"""A second person agrees to a large export, or does not: the coordinator, and never who asked.

Source: Art. 25(2), 32 DSGVO.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.export_file import ExportFile, ExportState
from crm.privacy import audit, exporting
from crm.privacy.actions import Action
from crm.services import staff_names
from crm.services.exports import errors


def approve(session: Session, *, export_id: str, actor: Actor, now: datetime) -> None:
    """Let an export be made.

    Raises:
        NotFoundError: there is none.
        ExportDecidedError: somebody has decided already.
        OwnExportError: the actor asked for it.
    """
    _decide(session, export_id, ExportState.MAKING, Action.EXPORT_APPROVED, actor, now)


def refuse(session: Session, *, export_id: str, actor: Actor, now: datetime) -> None:
    """Let an export not be made; whom it would have held is forgotten.

    Raises: as `approve`.
    """
    _decide(session, export_id, ExportState.REFUSED, Action.EXPORT_REFUSED, actor, now)
    exporting.drop_lines(session, [export_id])


def _decide(session: Session, export_id: str, state: ExportState, action: Action, actor: Actor, now: datetime) -> None:
    file = session.get(ExportFile, export_id, with_for_update=True)
    if file is None:
        raise NotFoundError
    if file.state != ExportState.WAITING:
        raise errors.ExportDecidedError
    account_id = staff_names.find_account_id(session, actor)
    if account_id is None or account_id == file.requested_by:
        raise errors.OwnExportError
    file.state, file.decided_by, file.decided_at = state.value, account_id, now
    audit.record(session, action, actor=actor, now=now, count=file.row_count, purpose=file.purpose, kind=file.kind)
