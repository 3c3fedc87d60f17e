"""Exports: files of contacts or companies that somebody asked for with a reason, line by line under the key of each person."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, RowId, goes, personal


class ExportKind(StrEnum):
    """From which list."""

    CONTACTS = "contacts"
    COMPANIES = "companies"
    LINKS = "links"  # whom a campaign reached, each with a personal link of their own


class ExportState(StrEnum):
    """How far an export is."""

    WAITING = "waiting"  # for a second person
    MAKING = "making"
    READY = "ready"
    REFUSED = "refused"
    GONE = "gone"  # expired, or somebody in it was erased, objected or was restricted


class ExportFile(Base):
    """One export: who asked for it, for which purpose and why, and who agreed.

    `columns` is JSON of the fields; `row_count` is the number of lines, so that one that goes takes the file away.
    `sealed_reason` lies under the installation's key, because a reason may name somebody.
    Source: RET-36; Art. 5(2), 25(2), 32 DSGVO.
    """

    __tablename__ = "export_file"
    __table_args__ = (
        Index("ix_export_file_requested_by", "requested_by", "requested_at"),
        Index("ix_export_file_state", "state", "requested_at"),
    )

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    purpose: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    columns: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    row_count: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    state: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    campaign_id: Mapped[Id | None] = mapped_column(ForeignKey("campaign.id"), info=NOT_PERSONAL)  # of its links
    requested_by: Mapped[Id] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    requested_in: Mapped[str] = mapped_column(String(20), info=personal(Category.STAFF))  # the role acted in
    requested_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    decided_by: Mapped[Id | None] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    decided_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    expires_on: Mapped[date] = mapped_column(index=True, info=NOT_PERSONAL)  # the last day
    sealed_reason: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.STAFF))


class ExportLine(Base):
    """One line of an export, under the profile key of its person, or under the installation's key for a company.

    So an erasure reaches it everywhere, in backups too; what is left of the file is of no use and goes as well.
    """

    __tablename__ = "export_line"
    __table_args__ = (
        PrimaryKeyConstraint("export_id", "position"),
        Index("ix_export_line_subject_id", "subject_id"),
        {"info": goes()},
    )

    export_id: Mapped[Id] = mapped_column(ForeignKey("export_file.id"), info=NOT_PERSONAL)
    position: Mapped[int] = mapped_column(autoincrement=False, info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    sealed_line: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE)
    )  # None until the file is made
