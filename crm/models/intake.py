"""The letterbox of the portal: what people drop in is durable before any key is needed.

The portal writes rows here and nothing else; the worker takes them out within a second, and whoever acts on
people (import, audience, sender) takes them out first.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Id, Kept, RowId, goes, personal, stays


class IntakeKind(StrEnum):
    """What was dropped in."""

    OBJECTION = "objection"  # no more advertising (Art. 21(2))
    CORRECTION = "correction"  # that objection was not mine
    KEEP_BLOCKED = "keep_blocked"  # keep my address on the suppression list, though you do not know me
    ERASURE = "erasure"  # forget me (Art. 17); waits for a confirmation
    ACCESS = "access"  # tell me what you know (Art. 15); waits for a confirmation
    PORTABILITY = "portability"  # give me what I gave you (Art. 20); waits for a confirmation
    RESTRICTION = "restriction"  # use my data for nothing else (Art. 18); waits for a confirmation
    RECTIFICATION = "rectification"  # correct what you know of me (Art. 16); waits for a confirmation
    USE_OBJECTION = "use_objection"  # I object for reasons of my situation (Art. 21(1)); waits for a confirmation
    WITHDRAWAL = "withdrawal"  # of a consent (Art. 7(3)); waits for nothing
    CONFIRMATION = "confirmation"  # yes, that request was mine
    CODE = "code"  # send me the code that opens my answer
    FETCHED = "fetched"  # the answer was fetched
    RESPONSE = "response"  # I would like to know more about what a campaign offered


class IntakeMessage(Base):
    """One thing somebody dropped in, sealed to the public intake key; gone when it has taken effect.

    What came by a personal link needs no address: then `link_hash` names the link and its token is sealed, because the hash
    stands in the database and only who got the mail knows the token. The order is
    that of `sequence` and not of the clock, which can be set back. What cannot be opened is set aside and holds up nobody.
    """

    __tablename__ = "intake_message"
    __table_args__ = (Index("ix_intake_message_set_aside_at", "set_aside_at"), {"info": stays(Kept.PASSING)})

    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True, info=NOT_PERSONAL)
    id: Mapped[Id] = mapped_column(unique=True, info=NOT_PERSONAL)  # what the message is sealed to
    kind: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(2), info=NOT_PERSONAL)
    sealed_message: Mapped[bytes | None] = mapped_column(LargeBinary, info=personal(Category.CONTENT))
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=personal(Category.LINK))
    received_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    set_aside_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)


class IntakeKeyRow(Base):
    """The public half of the intake key pair, where the portal finds it when the key store is out of reach."""

    __tablename__ = "intake_key"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=NOT_PERSONAL)
    public: Mapped[bytes] = mapped_column(LargeBinary, info=NOT_PERSONAL)
    published_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)


class LinkKind(StrEnum):
    """What a link in a mail is good for."""

    OBJECT = "object"  # handed out by staff, and in every advertising mail; also the one-click address of List-Unsubscribe
    CORRECT = "correct"  # take back an objection that somebody else made
    KEEP_BLOCKED = "keep_blocked"
    CONFIRM = "confirm"  # a request that was made in this person's name
    CONFIRM_COPY = "confirm_copy"  # a request for access or portability
    CONFIRM_CLAIM = "confirm_claim"  # a request for restriction or rectification, or an objection with reasons
    STATUS = "status"  # how far a request has come
    ANSWER = "answer"  # fetch the answer, with a code that a second mail brings
    RESPOND = "respond"  # to a campaign; only its button does, and beside it advertising is stopped


class PersonalLink(Base):
    """A link that was sent to a person. The mail holds a random token, the table only its hash.

    `seal` says that the program issued it: a row can be added with SQL, a seal needs a key of the key store. What the portal
    notes without keys, `used_at`, is not sealed; that a link has its effect once does not rest on it.
    """

    __tablename__ = "personal_link"
    __table_args__ = (
        Index("ix_personal_link_subject_id", "subject_id"),
        Index("ix_personal_link_expires_at", "expires_at"),
        # How far the request has come is asked after the erasure too.
        {"info": goes(unless=("kind", LinkKind.STATUS), kept=Kept.CASE)},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, info=personal(Category.LINK))
    kind: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    request_id: Mapped[Id | None] = mapped_column(info=personal(Category.LINK))  # of a pending request, a case or a campaign, by kind
    suppression_tag: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=personal(Category.EVIDENCE))
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    expires_at: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
    used_at: Mapped[datetime | None] = mapped_column(info=personal(Category.METADATA))
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)


class PendingRequest(Base):
    """A request that nobody has confirmed yet. It executes nothing and goes after its period (RET-02).

    Sealed under the installation key, because whose it is shows only when it is confirmed.
    """

    __tablename__ = "pending_request"
    __table_args__ = (
        Index("ix_pending_request_expires_at", "expires_at"),
        Index("ix_pending_request_address_tag", "address_tag"),
        {"info": stays(Kept.PASSING)},
    )

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(2), info=NOT_PERSONAL)
    address_tag: Mapped[bytes] = mapped_column(LargeBinary(16), info=personal(Category.EVIDENCE))  # so that one address gets few mails
    sealed_request: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT))
    received_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    expires_at: Mapped[datetime] = mapped_column(info=NOT_PERSONAL)


class MailCount(Base):
    """How many mails an address got on a day because somebody typed it into the portal, under a keyed hash."""

    __tablename__ = "mail_count"
    __table_args__ = ({"info": stays(Kept.PASSING)},)

    tag: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, info=personal(Category.EVIDENCE))
    day: Mapped[date] = mapped_column(info=personal(Category.METADATA))
    mails: Mapped[int] = mapped_column(info=NOT_PERSONAL)
