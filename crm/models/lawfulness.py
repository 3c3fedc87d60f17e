"""The events that decide what may be done with a person's data. Rows are added, never changed.

What holds at a moment is what the events up to then say; `crm.privacy` folds them.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, Kept, goes, personal, stays


class _SubjectEvent:
    """What all events about a person have: an order, a person, a moment from which they count."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    effective_at: Mapped[datetime] = mapped_column(info=personal(Category.EVIDENCE))
    recorded_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))


class GroundAct(StrEnum):
    """What happens to a legal ground."""

    STARTED = "started"
    ENDED = "ended"


class GroundEvent(_SubjectEvent, Base):
    """A legal ground for one purpose begins or ends (Rechtsgrundlage, Art. 6(1))."""

    __tablename__ = "ground_event"
    __table_args__ = (Index("ix_ground_event_subject_id", "subject_id"), {"info": stays(Kept.EVIDENCE)})

    purpose: Mapped[str] = mapped_column(String(40), info=personal(Category.EVIDENCE))
    basis: Mapped[str] = mapped_column(String(8), info=personal(Category.EVIDENCE))
    act: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))


class ObjectionAct(StrEnum):
    """What happens to an objection."""

    RAISED = "raised"
    CORRECTED = "corrected"  # the person never objected: the entry was a mistake, or somebody else's
    LIFTED = "lifted"  # the person did object, and now expressly wishes the contrary


class ObjectionEvent(_SubjectEvent, Base):
    """A person objects (Widerspruch, Art. 21). No reason is stored for direct marketing, because none is asked.

    `scope` is `direct_marketing` (Art. 21(2)) or the code of the contested purpose (Art. 21(1));
    `channel` is None for all channels.
    """

    __tablename__ = "objection_event"
    __table_args__ = (Index("ix_objection_event_subject_id", "subject_id"), {"info": stays(Kept.EVIDENCE)})

    scope: Mapped[str] = mapped_column(String(40), info=personal(Category.EVIDENCE))
    channel: Mapped[str | None] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    act: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    origin: Mapped[str] = mapped_column(String(200), info=personal(Category.EVIDENCE))


class RestrictionAct(StrEnum):
    """What happens to a restriction."""

    IMPOSED = "imposed"
    LIFTED = "lifted"


class RestrictionEvent(_SubjectEvent, Base):
    """Processing is restricted, or no longer (Einschränkung, Art. 18)."""

    __tablename__ = "restriction_event"
    __table_args__ = (Index("ix_restriction_event_subject_id", "subject_id"), {"info": stays(Kept.EVIDENCE)})

    act: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    reason: Mapped[str] = mapped_column(String(40), info=personal(Category.EVIDENCE))


class ToldBy(StrEnum):
    """How something was said that ends a restriction or an objection: by us to the person, or by the person to us."""

    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"


class LiftNotice(Base):
    """A restriction that ends as soon as the person has been told so; until then it stands.

    Source: Art. 18(3) DSGVO.
    """

    __tablename__ = "lift_notice"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "reason"), {"info": goes()})

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    reason: Mapped[str] = mapped_column(String(40), info=personal(Category.EVIDENCE))
    mail_id: Mapped[Id] = mapped_column(info=NOT_PERSONAL)
    asked_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    asked_by: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))


class NoticeEvent(_SubjectEvent, Base):
    """A person was told about the processing (Datenschutzhinweise, Art. 13, 14), or has to be by `due_at`."""

    __tablename__ = "notice_event"
    __table_args__ = (Index("ix_notice_event_subject_id", "subject_id"), {"info": stays(Kept.EVIDENCE)})

    act: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    article: Mapped[str] = mapped_column(String(10), info=personal(Category.EVIDENCE))
    version: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    due_at: Mapped[datetime | None] = mapped_column(info=personal(Category.EVIDENCE))


class SuppressionEntry(Base):
    """An address that must not get advertising any more (Werbesperrdatei), as a keyed hash.

    Only for advertising that rests on Art. 6(1)(f) or § 7(3) UWG; the keyed hash remains personal data.
    Source: Art. 21(3), 17(3)(b) DSGVO.
    """

    __tablename__ = "suppression_entry"

    tag: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, info=personal(Category.EVIDENCE, compartment=Compartment.PROOF))
    channel: Mapped[str] = mapped_column(String(10), primary_key=True, info=NOT_PERSONAL)
    reason: Mapped[str] = mapped_column(String(20), info=NOT_PERSONAL)
    entered_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    # Set while nobody we know has this address and nobody has confirmed the objection; then the entry goes.
    until: Mapped[datetime | None] = mapped_column(index=True, info=personal(Category.METADATA))
