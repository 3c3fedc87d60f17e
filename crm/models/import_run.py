"""How far an import has come, so that it goes on after any stop as if there had been none."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, RowId, personal


class ImportRun(Base):
    """One import of one export. What it reads is never stored: `fingerprint` is the hash of the files and options.

    It ends when its report was delivered, not when the last row was written: a stop in between must not cost
    the report.
    """

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_fingerprint", "fingerprint"),)

    id: Mapped[RowId]
    system: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    fingerprint: Mapped[str] = mapped_column(String(64), info=NOT_PERSONAL)
    started_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    started_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    finished_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)


class ImportFile(Base):
    """How far one file of a run has come: everything up to and including `last_row` is decided and counted."""

    __tablename__ = "import_file"
    __table_args__ = (PrimaryKeyConstraint("run_id", "number"),)

    run_id: Mapped[Id] = mapped_column(ForeignKey("import_run.id"), info=NOT_PERSONAL)
    number: Mapped[int] = mapped_column(Integer, autoincrement=False, info=NOT_PERSONAL)
    last_row: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    created: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    merged: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    refused: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    skipped: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    overdue: Mapped[int] = mapped_column(info=NOT_PERSONAL)


class ImportRemark(Base):
    """Why a row, or a value of it, was not taken; gone when the report was delivered."""

    __tablename__ = "import_remark"
    __table_args__ = (Index("ix_import_remark_run_id", "run_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    run_id: Mapped[Id] = mapped_column(ForeignKey("import_run.id"), info=NOT_PERSONAL)
    file_number: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    row: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    reason: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
