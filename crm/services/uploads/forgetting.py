"""Forgets uploads: files without a run and refused rows after a day, and who read what in when nobody has to answer for it any more.

Source: Art. 5(1)(e) DSGVO.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.import_upload import ImportUpload, UploadState
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.imports.policy import import_policy
from crm.services.uploads import steering

_LYING: Final = (UploadState.MAPPING, UploadState.CHECKING, UploadState.CHECKED, UploadState.QUEUED)
_OVER: Final = (UploadState.DONE, UploadState.FAILED, UploadState.GONE)


def forget(session: Session, *, actor: Actor, now: datetime) -> int:
    """Forget what has lain long enough and return how many files were let go."""
    limits = import_policy().uploads
    day_ago = now - timedelta(hours=limits.keep_hours)
    lying = session.scalars(select(ImportUpload).where(ImportUpload.state.in_(_LYING), ImportUpload.uploaded_at <= day_ago)).all()
    steering.let_go(lying, now=now)
    ended = ImportUpload.state.in_(_OVER)
    session.execute(update(ImportUpload).where(ended, ImportUpload.ended_at <= day_ago).values(sealed_refused=None))
    session.execute(delete(ImportUpload).where(ended, ImportUpload.ended_at <= now - timedelta(days=limits.keep_record_days)))
    if lying:
        audit.record(session, Action.UPLOAD_DISCARDED, actor=actor, now=now, count=len(lying), result="lapsed")
    return len(lying)
