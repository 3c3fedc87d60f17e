"""Shows the first rows of a file as they would be taken in, before anything is.

Source: Art. 5(1)(d), (f), 25(2) DSGVO.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.import_upload import UploadState
from crm.privacy import audit, purposes
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.services.imports.columns import is_forbidden
from crm.services.imports.encoding import UTF_8
from crm.services.imports.fields import OPT_OUTS, RowKind
from crm.services.imports.policy import import_policy
from crm.services.imports.rows import CompanyRow, LeftOut, PersonRow, Reason, WishRow, WorkRow
from crm.services.imports.snapshot import RowCounter, Snapshot
from crm.services.imports.spreadsheet import open_table, read_snapshot
from crm.services.imports.table import Table
from crm.services.uploads import keeping
from crm.services.uploads.options import Options, mapping_of

SHOWN_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its header, an example, and whether it can never be taken."""

    place: int
    name: str
    example: str
    is_forbidden: bool


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be taken in: values by field, or nothing and why."""

    row: int
    values: Mapping[str, Any]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedUpload:
    """What the page about the columns of a file shows."""

    id: str
    kind: RowKind
    name: str
    rows: int
    purpose: Purpose
    options: Options
    columns: Sequence[Column]
    delimiter: str
    is_utf_8: bool
    beginning: Snapshot


def open_upload(session: Session, upload_id: str, *, actor: Actor, now: datetime) -> OpenedUpload:
    """Open a file whose columns are being assigned; one entry.

    Raises:
        NotFoundError, UploadMovedOnError, UploadGoneError: there is none to assign.
        PurposeUnknownError: its purpose is gone.
    """
    upload = keeping.find_in_state(session, upload_id, UploadState.MAPPING, UploadState.CHECKED, actor=actor)
    file = keeping.open_file(session, upload)
    beginning = _beginning(file)
    table = open_table(file, import_policy())
    audit.record(
        session,
        Action.UPLOAD_READ,
        actor=actor,
        now=now,
        count=min(upload.rows, SHOWN_ROWS),
        kind=upload.kind,
        purpose=upload.purpose,
    )
    return OpenedUpload(
        id=upload.id,
        kind=RowKind(upload.kind),
        name=file.name,
        rows=upload.rows,
        purpose=purposes.find_all(session).get(upload.purpose),
        options=keeping.open_options(session, upload),
        columns=_columns(table),
        delimiter=table.delimiter,
        is_utf_8=table.encoding == UTF_8,
        beginning=beginning,
    )


def preview(opened: OpenedUpload, options: Options, *, now: datetime, zone: ZoneInfo) -> list[PreviewRow]:
    """Return the first rows as they would be taken in with these options.

    Raises:
        InvalidInputError: what is wrong with the options.
    """
    mapping = mapping_of(options, [each.name for each in opened.columns], opened.kind)
    purpose = opened.purpose
    export = read_snapshot(opened.beginning, mapping=mapping, groups=purpose.groups, custom=purpose.custom, now=now)
    first = islice(export.rows(export.files[0], zone=zone), SHOWN_ROWS)
    return [_preview(row) for row in first if not isinstance(row, WishRow)]  # those come from exports of whole systems alone


def _columns(table: Table) -> list[Column]:
    examples: dict[int, str] = {}
    for record in _first(table):
        for place, cell in enumerate(record):
            if cell.strip():
                examples.setdefault(place, cell.strip())
    never = import_policy().never
    return [Column(place, name, examples.get(place, ""), is_forbidden(name, never)) for place, name in enumerate(table.header)]


def _first(table: Table) -> Iterator[list[str]]:
    for number, record in enumerate(table.records()):
        if number == SHOWN_ROWS:
            return
        yield record.cells


def _beginning(file: Snapshot) -> Snapshot:
    """Return a file with the first rows alone; a line that only names the separator is one more."""
    content, counter = b"", RowCounter()
    for line in file.lines():
        if counter.row > SHOWN_ROWS + 2:
            break
        content += line
        counter.count(line)
    return Snapshot(file.name, file.path, content, hashlib.sha256(content).hexdigest())


def _preview(row: CompanyRow | PersonRow | WorkRow | LeftOut) -> PreviewRow:
    if isinstance(row, LeftOut):
        return PreviewRow(row.row, {}, (row.reason,) if row.reason else ())
    if isinstance(row, WorkRow):
        named = {name: getattr(row, name) for name in ("person", "company", "matter", "campaign", "email", "company_name")}
        return PreviewRow(row.row, {"id": row.record_id, **named, **row.values}, row.remarks)
    said: dict[str, Any] = {"origin": row.origin, "created_at": row.created_at, "last_contact_at": row.last_contact_at}
    objections = {name: True for name, each in OPT_OUTS.items() if each in row.wishes.objections}
    wishes = {"no_use": row.wishes.use_contested, "forget": row.wishes.wants_erasure}
    if isinstance(row, PersonRow):
        said |= {"company": row.employer.name or row.employer.record_id}
        fields: Mapping[str, Any] = row.fields
    else:
        said |= {"segment": row.segment, "natural_person": row.natural_person}
        fields = {**row.person, **row.fields}
    return PreviewRow(row.row, {"id": row.record_id, **fields, **said, **objections, **wishes}, row.remarks)
