"""What the views of attached files share, and the section that lists them on the pages of companies and deals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, url_for

from crm.db import Session
from crm.services import customer_files
from crm.services.customer_files import ListedFile
from crm.services.matter import Matter
from crm.services.staff_names import StaffNames
from crm.site.access import may
from crm.site.i18n import _
from crm.web.author import author_in_words
from crm.web.desk import Desk
from crm.web.matter import arguments_of
from crm.web.typed import accept_pseudonyms

bp = Blueprint("files", __name__)
accept_pseudonyms(bp)

# Larger than a file may be, so that one that is a little too large is answered by a sentence at its field.
UPLOADS: Final = {"files.add": 16 * 1024 * 1024}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file; `url` and `removal_url` are None where the purpose does not show it."""

    name: str
    size: int
    added_at: datetime
    added_by: str
    url: str | None
    removal_url: str | None


@dataclass(frozen=True, slots=True)
class FilesOf:
    """The files of a company or a deal, on its own page."""

    rows: tuple[FileRow, ...]
    new_url: str


def files_of(db: Session, desk: Desk | None, staff: StaffNames, *, matter: Matter) -> FilesOf | None:
    """Return the files of a company or a deal; None where the reader's role has none."""
    if desk is None or not may("files.fetch"):
        return None
    found = customer_files.find_of(db, matter=matter, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    return FilesOf(tuple(_row(each, staff) for each in found), url_for("files.new", **arguments_of(matter)))


def _row(file: ListedFile, staff: StaffNames) -> FileRow:
    is_shown = file.name is not None
    return FileRow(
        name=file.name if file.name is not None else _("zeigt dieser Zweck nicht"),
        size=file.size,
        added_at=file.added_at,
        added_by=author_in_words(staff, file.added_by),
        url=url_for("files.fetch", file_id=file.id) if is_shown else None,
        removal_url=url_for("files.removal", file_id=file.id) if is_shown else None,
    )
