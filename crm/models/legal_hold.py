"""What must not be destroyed for now, whatever its period says: a tax audit, a lawsuit."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, RowId, goes, personal


class HoldReason(StrEnum):
    """Why."""

    TAX_AUDIT = "tax_audit"  # the period does not end while the authority examines (§ 147(3) AO)
    LITIGATION = "litigation"  # a claim is brought or defended (Art. 17(3)(e) DSGVO)


class HoldScope(StrEnum):
    """What of."""

    PERSON = "person"
    COMPANY = "company"  # the company and its people
    RULE = "rule"  # every thing of one kind of data


class LegalHold(Base):
    """One hold (Löschsperre): asked for by one, approved by another, reviewed on a day, ended by somebody.

    It holds from the moment somebody asks, because what is destroyed meanwhile does not come back; without a second person it lapses after
    `lapses_on`. `sealed_reference` lies under the installation's key, because the name of a lawsuit may name somebody.
    Source: § 147(3) AO; Art. 17(3)(b), (e), 18(2) DSGVO.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint(
            "(subject_id IS NOT NULL AND company_id IS NULL AND rule IS NULL) "
            "OR (subject_id IS NULL AND company_id IS NOT NULL AND rule IS NULL) "
            "OR (subject_id IS NULL AND company_id IS NULL AND rule IS NOT NULL)",
            name="scope",
        ),
        Index("ix_legal_hold_subject_id", "subject_id"),
        {"info": goes()},
    )

    id: Mapped[RowId]
    reason: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    rule: Mapped[str | None] = mapped_column(String(10), info=NOT_PERSONAL)
    review_on: Mapped[date] = mapped_column(info=NOT_PERSONAL)
    lapses_on: Mapped[date] = mapped_column(info=NOT_PERSONAL)
    asked_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    asked_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    approved_by: Mapped[str | None] = mapped_column(String(40), info=personal(Category.STAFF))
    approved_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    ended_by: Mapped[str | None] = mapped_column(String(40), info=personal(Category.STAFF))
    ended_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    sealed_reference: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.STAFF))

    @property
    def scope(self) -> HoldScope:
        if self.subject_id:
            return HoldScope.PERSON
        return HoldScope.COMPANY if self.company_id else HoldScope.RULE
