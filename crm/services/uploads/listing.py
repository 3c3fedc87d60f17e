"""One's own uploads, how far they are, and what they came to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.import_upload import ImportUpload, UploadState
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services import staff_names
from crm.services.imports.fields import RowKind
from crm.services.imports.rows import Reason
from crm.services.uploads import keeping, outcome
from crm.services.uploads.errors import UploadGoneError
from crm.services.uploads.outcome import Outcome

_SHOWN: Final = 50
_WITH_REFUSED: Final = select(ImportUpload, ImportUpload.sealed_refused.is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUpload:
    """One upload; `has_refused` while rows that were refused can be fetched. A list knows no outcomes."""

    id: str
    kind: RowKind
    name: str
    state: UploadState
    rows: int
    rows_done: int
    uploaded_at: datetime
    has_refused: bool
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """The rows of a file that were not taken in: number, reason, cells."""

    header: Sequence[str]
    rows: Sequence[tuple[int, Reason, Sequence[str]]]


def list_own(session: Session, *, actor: Actor) -> list[ListedUpload]:
    """Return one's own uploads, the latest first."""
    account_id = staff_names.find_account_id(session, actor)
    latest = _WITH_REFUSED.where(ImportUpload.uploaded_by == account_id).order_by(ImportUpload.uploaded_at.desc(), ImportUpload.id)
    return [_listed(session, upload, has_refused=has_refused) for upload, has_refused in session.execute(latest.limit(_SHOWN))]


def find_own(session: Session, upload_id: str, *, actor: Actor) -> ListedUpload:
    """Return one upload of the actor.

    Raises:
        NotFoundError: there is none, or somebody else sent it.
    """
    keeping.find_own(session, upload_id, actor=actor)
    upload, has_refused = session.execute(_WITH_REFUSED.where(ImportUpload.id == upload_id)).one()
    said = outcome.decode(keeping.open_part(session, upload, "sealed_report")) if upload.sealed_report else None
    return replace(_listed(session, upload, has_refused=has_refused), outcome=said)


def fetch_refused(session: Session, upload_id: str, *, actor: Actor, now: datetime) -> RefusedRows:
    """Open the rows that were refused; one entry.

    Raises:
        NotFoundError: there is no such upload of the actor.
        UploadGoneError: no row was refused, or they are gone by now.
    """
    upload = keeping.find_own(session, upload_id, actor=actor)
    if upload.sealed_refused is None:
        raise UploadGoneError
    said = json.loads(keeping.open_part(session, upload, "sealed_refused"))
    rows = [(row, Reason[name], cells) for row, name, cells in said["rows"]]
    audit.record(session, Action.UPLOAD_REFUSED_FETCHED, count=len(rows), kind=upload.kind, purpose=upload.purpose, actor=actor, now=now)
    return RefusedRows(said["header"], rows)


def _listed(session: Session, upload: ImportUpload, *, has_refused: bool) -> ListedUpload:
    return ListedUpload(
        id=upload.id,
        kind=RowKind(upload.kind),
        name=keeping.open_part(session, upload, "sealed_name").decode(),
        state=UploadState(upload.state),
        rows=upload.rows,
        rows_done=upload.rows_done,
        uploaded_at=upload.uploaded_at,
        has_refused=has_refused,
    )
