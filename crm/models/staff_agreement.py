"""What permits figures about single members of staff."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, RowId, personal


class AgreementKind(StrEnum):
    """On what it rests: a works agreement, or a written policy where there is no works council."""

    WORKS_AGREEMENT = "works_agreement"
    WRITTEN_POLICY = "written_policy"


class StaffAgreement(Base):
    """The ground on which staff may be compared by their results (Betriebsvereinbarung oder schriftliche Regelung).

    Rows are added, and ended by a last day; what was permitted when stays readable.
    Source: § 87 Abs. 1 Nr. 6 BetrVG; § 26 BDSG; Art. 88 DSGVO; rules.md 3.13.
    """

    __tablename__ = "staff_agreement"

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    reference: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)  # where it is filed; names nobody
    valid_from: Mapped[date] = mapped_column(info=NOT_PERSONAL)
    valid_until: Mapped[date | None] = mapped_column(info=NOT_PERSONAL)
    stored_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    stored_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
