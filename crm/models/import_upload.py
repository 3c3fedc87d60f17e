"""Files that staff upload to be imported: sealed until the run is over, and the mappings that are remembered for the next one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, RowId, personal


class UploadState(StrEnum):
    """How far an upload is."""

    MAPPING = "mapping"  # its columns are being assigned
    CHECKING = "checking"  # the dry run
    CHECKED = "checked"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    GONE = "gone"  # it lay too long without a run, or whoever sent it let it go


class ImportUpload(Base):
    """One uploaded file and what becomes of it. The file goes with the end of the run, what was refused a day later.

    The file holds data of people who are not known yet: it lies under the installation's key, and after a day without a run it goes too.
    So do its name and its headers, because a file without a header begins with somebody's data. `sealed_options` is JSON of the
    assignment of columns by place, and of the terms; `sealed_report` is JSON of numbers, reasons and rows, without a value.
    Source: Art. 5(1)(c), (e), (f), 32 DSGVO.
    """

    __tablename__ = "import_upload"
    __table_args__ = (Index("ix_import_upload_state", "state", "uploaded_at"), Index("ix_import_upload_uploaded_by", "uploaded_by"))

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    purpose: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    state: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    uploaded_by: Mapped[Id] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    uploaded_in: Mapped[str] = mapped_column(String(20), info=personal(Category.STAFF))  # the role acted in
    uploaded_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    ended_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    rows: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    rows_done: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.STAFF))
    sealed_options: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=personal(Category.STAFF))
    sealed_report: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=personal(Category.STAFF))
    sealed_file: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=personal(Category.STAFF))
    sealed_refused: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True, info=personal(Category.STAFF))


class ImportMapping(Base):
    """How the columns of a file were assigned: the next file with the same headers is proposed the same. Fields of ours, no values."""

    __tablename__ = "import_mapping"

    id: Mapped[str] = mapped_column(String(64), primary_key=True, info=NOT_PERSONAL)  # keyed hash of kind and headers
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    targets: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)  # JSON: the fields, in the order of the sorted headers
    used_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
