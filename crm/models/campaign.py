"""Campaigns: whom we wrote to and who responded, and the figures that were shown of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, Kept, RowId, emptied, personal


class ResponseWay(StrEnum):
    """How somebody responded; opening a mail is no response (§ 25 TDDDG)."""

    LINK = "link"
    REPLY = "reply"
    ORDER = "order"
    HAND = "hand"  # entered by staff: a call, a visit to the stand


class Campaign(Base):
    """One advertising measure or invitation (Kampagne) to many."""

    __tablename__ = "campaign"

    id: Mapped[RowId]
    name: Mapped[str] = mapped_column(String(120), info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)  # a code of the rules of work
    purpose: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    starts_on: Mapped[date] = mapped_column(index=True, info=NOT_PERSONAL)
    ends_on: Mapped[date | None] = mapped_column(info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    created_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)


class CampaignMember(Base):
    """Somebody who was reached, and whether they responded.

    When the person is erased, only that somebody of a group was reached, and did or did not respond, stays for the figures.
    Source: RET-19 (aggregate_then_delete).
    """

    __tablename__ = "campaign_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "subject_id"),
        Index("ix_campaign_member_subject_id", "subject_id"),
        {"info": emptied("subject_id", "sent_on", "responded_on", "response_way", kept=Kept.OTHERS)},
    )

    id: Mapped[RowId]
    campaign_id: Mapped[Id] = mapped_column(ForeignKey("campaign.id"), info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    segment: Mapped[str | None] = mapped_column(String(40), info=NOT_PERSONAL)  # the customer group on the day of sending
    has_responded: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    sent_on: Mapped[date | None] = mapped_column(info=personal(Category.METADATA))
    responded_on: Mapped[date | None] = mapped_column(info=personal(Category.METADATA))
    response_way: Mapped[str | None] = mapped_column(String(10), info=personal(Category.METADATA))


class CampaignRelease(Base):
    """Figures of a campaign as they were shown (Resonanz): the next are shown only when they cannot tell one person from these."""

    __tablename__ = "campaign_release"
    __table_args__ = (Index("ix_campaign_release_campaign_id", "campaign_id", "released_at"),)

    id: Mapped[RowId]
    campaign_id: Mapped[Id] = mapped_column(ForeignKey("campaign.id"), info=NOT_PERSONAL)
    released_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)
    figures: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)  # JSON: group to number reached and number responded
