"""Keeps an uploaded file sealed until it is read in, for whoever sent it alone.

Source: Art. 5(1)(c), (f), 25(2), 32 DSGVO.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import NotFoundError
from crm.models.import_upload import ImportUpload, UploadState
from crm.privacy import audit, disclosure
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.services import forms, staff_names
from crm.services.forms import SentForm
from crm.services.imports import snapshot
from crm.services.imports.fields import RowKind
from crm.services.imports.policy import import_policy
from crm.services.imports.snapshot import Snapshot
from crm.services.imports.spreadsheet import open_table
from crm.services.uploads import errors, options, proposing
from crm.services.uploads.options import Options
from crm.vault import Vault

# What each role reads in: the work it does anyway.
KINDS_OF: Final[Mapping[Role, tuple[RowKind, ...]]] = {
    Role.SALES: (RowKind.PERSON, RowKind.COMPANY, RowKind.DEAL, RowKind.ACTIVITY),
    Role.SERVICE: (RowKind.TICKET,),
    Role.ACCOUNTING: (RowKind.INVOICE,),
}
_MEGABYTE: Final = 1_000_000
_LONGEST_NAME: Final = 120
# Workbooks and other archives, old workbooks, PDF, pictures.
_OTHER_KINDS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a browser sent it.

    Attributes:
        titles: what the pages call the fields that its columns can go to, in each language: whoever writes a list by them finds
            them again.
    """

    name: str
    content: bytes
    titles: Mapping[str, Collection[str]] = field(default_factory=dict)


def keep(session: Session, *, kind: str, file: SentFile, form_token: str, purpose: Purpose, actor: Actor, now: datetime) -> str:
    """Keep a file that can be read as a table and return the id of the upload; the same form sent again keeps it once.

    Raises:
        InvalidInputError: it is none of those this role reads in, too large, empty, or cannot be read; file and row are named.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    form = SentForm(form_token, {"kind": kind, "digest": hashlib.sha256(file.content).hexdigest()})
    upload_id = forms.key_of(session, form)
    if session.get(ImportUpload, upload_id):
        return upload_id
    disclosure.require_role(purpose, actor)
    if purpose.needs_consent:
        raise errors.ConsentIsNoImportError(field="file", purpose=purpose.title["de"])
    row_kind = _kind(kind, actor)
    taken = _take(file)
    table = open_table(taken, import_policy())
    rows = sum(1 for _ in table.records())
    if not rows:
        raise errors.NoRowsError(field="file")
    targets = proposing.propose(session, kind=row_kind, header=table.header, purpose=purpose, titles=file.titles)
    upload = ImportUpload(
        id=upload_id,
        kind=row_kind.value,
        purpose=purpose.code,
        state=UploadState.MAPPING.value,
        uploaded_by=staff_names.find_account_id(session, actor),
        uploaded_in=actor.role,
        uploaded_at=now,
        rows=rows,
        sealed_name=seal(session, upload_id, "sealed_name", taken.name.encode()),
        sealed_options=seal(session, upload_id, "sealed_options", Options(targets=targets).encode()),
        sealed_file=seal(session, upload_id, "sealed_file", file.content),
    )
    with forms.sent_twice_is_known():
        session.add(upload)
        session.flush()
    audit.record(session, Action.UPLOAD_KEPT, actor=actor, now=now, count=rows, kind=row_kind.value, purpose=purpose.code)
    return upload_id


def find_own(session: Session, upload_id: str, *, actor: Actor) -> ImportUpload:
    """Return an upload of the actor.

    Raises:
        NotFoundError: there is none, or somebody else sent it.
    """
    upload = session.get(ImportUpload, upload_id)
    if upload is None or upload.uploaded_by != staff_names.find_account_id(session, actor):
        raise NotFoundError
    return upload


def find_in_state(session: Session, upload_id: str, *states: UploadState, actor: Actor) -> ImportUpload:
    """Return an upload of the actor that is as far as a page says.

    Raises:
        NotFoundError: there is none, or somebody else sent it.
        UploadMovedOnError: it is further by now.
        UploadGoneError: the file is not there any more.
    """
    upload = find_own(session, upload_id, actor=actor)
    if upload.state == UploadState.GONE:
        raise errors.UploadGoneError
    if upload.state not in states:
        raise errors.UploadMovedOnError
    return upload


def seal(session: Session, upload_id: str, column: str, content: bytes) -> bytes:
    """Seal a part of an upload under the installation's key."""
    return Vault.of(session).seal_own("import_upload", column, upload_id, content)


def open_part(session: Session, upload: ImportUpload, column: str) -> bytes:
    """Open a part of an upload that is there."""
    return Vault.of(session).open_own("import_upload", column, upload.id, getattr(upload, column))


def open_file(session: Session, upload: ImportUpload) -> Snapshot:
    """Open the file.

    Raises:
        UploadGoneError: it is not there any more.
    """
    if upload.sealed_file is None:
        raise errors.UploadGoneError
    name = open_part(session, upload, "sealed_name").decode()
    return snapshot.keep(name, open_part(session, upload, "sealed_file"), limits=import_policy().limits)


def open_options(session: Session, upload: ImportUpload) -> Options:
    """Open how the file is to be read."""
    return options.decode(open_part(session, upload, "sealed_options"))


def _kind(text: str, actor: Actor) -> RowKind:
    for each in KINDS_OF.get(Role(actor.role), ()) if actor.role else ():
        if each.value == text:
            return each
    raise errors.KindUnknownError(field="kind")


def _take(file: SentFile) -> Snapshot:
    limit = import_policy().uploads.megabytes
    if not file.content.strip():
        raise errors.FileMissingError(field="file")
    if len(file.content) > limit * _MEGABYTE:
        raise errors.UploadTooLargeError(field="file", limit=limit)
    if file.content.startswith(_OTHER_KINDS):
        raise errors.NotCsvError(field="file")
    name = "".join(filter(str.isprintable, file.name.replace("\\", "/").rpartition("/")[2])).strip()
    return snapshot.keep(name[-_LONGEST_NAME:] or "import.csv", file.content, limits=import_policy().limits)
