"""Consent as evidence: rows are added, never changed; only `crm.privacy.consent` reads and writes them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, personal


class ConsentAct(StrEnum):
    """What happens to a consent. `unproven` came from elsewhere without evidence and permits nothing."""

    REQUESTED = "requested"
    GIVEN = "given"
    UNPROVEN = "unproven"
    WITHDRAWN = "withdrawn"


class ConsentWording(Base):
    """The exact text somebody agreed to; the evidence needs the words, not a version number alone."""

    __tablename__ = "consent_wording"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    purpose: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(2), info=NOT_PERSONAL)
    text: Mapped[str] = mapped_column(Text, info=NOT_PERSONAL)
    valid_from: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)


class ConsentEvent(Base):
    """One act about one consent: asked for, given, withdrawn (Einwilligung, Widerruf).

    The state of a consent is what its latest act says, and what was done before a withdrawal stays lawful.

    Source: Art. 7(1), 7(3) DSGVO.
    """

    __tablename__ = "consent_event"
    __table_args__ = (Index("ix_consent_event_subject_id", "subject_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    purpose: Mapped[str] = mapped_column(String(40), info=personal(Category.EVIDENCE))
    channel: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    act: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    effective_at: Mapped[datetime] = mapped_column(info=personal(Category.EVIDENCE))
    recorded_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("consent_wording.id"), info=NOT_PERSONAL)
    evidence_id: Mapped[Id] = mapped_column(info=NOT_PERSONAL)
    sealed_evidence: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.EVIDENCE, compartment=Compartment.PROOF))
