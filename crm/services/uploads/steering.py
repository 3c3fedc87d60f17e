"""Moves an upload on: assigned, tried, started, let go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.import_upload import ImportUpload, UploadState
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.uploads import keeping, proposing
from crm.services.uploads.options import Options, mapping_of
from crm.services.uploads.previewing import OpenedUpload


def check(session: Session, opened: OpenedUpload, options: Options, *, actor: Actor, now: datetime) -> None:
    """Let the worker try a file with these options, and remember them for the next one with the same headers.

    Raises:
        InvalidInputError: what is wrong with the options.
        UploadMovedOnError, UploadGoneError: somebody was faster.
    """
    header = [each.name for each in opened.columns]
    mapping_of(options, header, opened.kind)
    upload = keeping.find_in_state(session, opened.id, UploadState.MAPPING, UploadState.CHECKED, actor=actor)
    _set_options(session, upload, options)
    upload.state, upload.rows_done, upload.sealed_report = UploadState.CHECKING.value, 0, None
    proposing.remember(session, kind=opened.kind, header=header, targets=options.targets, now=now)


def start(session: Session, upload_id: str, *, actor: Actor) -> None:
    """Let the worker take a file in that was tried.

    Raises:
        NotFoundError, UploadMovedOnError, UploadGoneError: there is none to start.
    """
    upload = keeping.find_in_state(session, upload_id, UploadState.CHECKED, actor=actor)
    upload.state, upload.rows_done = UploadState.QUEUED.value, 0


def discard(session: Session, upload_id: str, *, actor: Actor, now: datetime) -> None:
    """Let a file go that is not being read in.

    Raises:
        NotFoundError, UploadMovedOnError, UploadGoneError: there is none to let go.
    """
    states = (UploadState.MAPPING, UploadState.CHECKING, UploadState.CHECKED)
    upload = keeping.find_in_state(session, upload_id, *states, actor=actor)
    let_go([upload], now=now)
    audit.record(session, Action.UPLOAD_DISCARDED, actor=actor, now=now, count=1, kind=upload.kind, purpose=upload.purpose)


def let_go(uploads: Sequence[ImportUpload], *, now: datetime) -> None:
    """Let everything go that these files said; that they were there stays known."""
    for upload in uploads:
        upload.state, upload.ended_at = UploadState.GONE.value, now
        upload.sealed_file = upload.sealed_options = upload.sealed_report = None


def _set_options(session: Session, upload: ImportUpload, options: Options) -> None:
    upload.sealed_options = keeping.seal(session, upload.id, "sealed_options", options.encode())
