"""People as contacts: pseudonymous facts in the clear, everything they told us sealed by field group."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import NOT_PERSONAL, Base, Category, Compartment, Id, goes, personal
from crm.models.field_groups import FieldGroup


def _sealed() -> Mapped[bytes | None]:
    return mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class Contact(Base):
    """One person we deal with. Models hold ciphertext and cannot open it; `crm.privacy.disclosure` can.

    `last_contact_at` is the last contact in substance and starts the period of RET-01: edits, merges and
    imports never move it, or a bulk edit would keep everybody for ever.
    `is_prospect` says that no customer is behind the person (yet): then RET-01 ends what lasts as long as a relation.
    `seal` says that the program wrote the plain columns as they stand (`crm.privacy.plain_columns`).
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_company_id", "company_id"),
        Index("ix_contact_owner_id", "owner_id", "last_contact_at"),  # whose time ends, for the desk of the owner
        Index("ix_contact_segment", "segment"),
    )

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), primary_key=True, info=personal(Category.LINK))
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))
    owner_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    segment: Mapped[str | None] = mapped_column(String(40), info=personal(Category.METADATA))
    collected_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    last_contact_at: Mapped[datetime] = mapped_column(index=True, info=personal(Category.METADATA))
    is_prospect: Mapped[bool] = mapped_column(default=False, info=personal(Category.METADATA))
    changed_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    seal: Mapped[bytes] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    sealed_identity: Mapped[bytes | None] = _sealed()
    sealed_email: Mapped[bytes | None] = _sealed()
    sealed_phone: Mapped[bytes | None] = _sealed()
    sealed_address: Mapped[bytes | None] = _sealed()
    sealed_position: Mapped[bytes | None] = _sealed()
    sealed_birth_date: Mapped[bytes | None] = _sealed()
    sealed_origin: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class NoteKind(StrEnum):
    """What a note is about; a call, meeting or letter is a contact in substance and starts RET-01 anew."""

    NOTE = "note"
    CALL = "call"
    MEETING = "meeting"
    LETTER = "letter"


class Note(Base):
    """Free text about one person (Gesprächsnotiz); a note that names two people belongs to this one."""

    __tablename__ = "note"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "id"),)

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    id: Mapped[Id] = mapped_column(info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(10), info=personal(Category.METADATA))
    author: Mapped[str] = mapped_column(String(40), info=personal(Category.STAFF))
    written_at: Mapped[datetime] = mapped_column(info=personal(Category.METADATA))
    sealed_text: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT, compartment=Compartment.PROFILE))


class Lookup(Base):
    """Keyed hash of an e-mail address or phone number, for exact look-ups; backups leave this table out."""

    __tablename__ = "lookup"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "field", "tag"), Index("ix_lookup_tag", "tag"), {"info": goes()})

    subject_id: Mapped[Id] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    field: Mapped[str] = mapped_column(String(16), info=NOT_PERSONAL)
    tag: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.CONTENT))


class SourceRecord(Base):
    """Which record of another system a person or company came from, so that a second import meets it again.

    The id of the record is a keyed hash: it is only ever compared, names the person in the other system, and clear bytes
    would stay in the files of PostgreSQL after an erasure.
    """

    __tablename__ = "source_record"
    __table_args__ = (
        PrimaryKeyConstraint("system", "record_tag"),
        Index("ix_source_record_subject_id", "subject_id"),
        {"info": goes()},  # the tombstone recognises the record from then on
    )

    system: Mapped[str] = mapped_column(String(40), info=NOT_PERSONAL)
    record_tag: Mapped[bytes] = mapped_column(LargeBinary, info=personal(Category.LINK))
    subject_id: Mapped[Id | None] = mapped_column(ForeignKey("subject.id"), info=personal(Category.LINK))
    company_id: Mapped[Id | None] = mapped_column(ForeignKey("company.id"), info=personal(Category.LINK))


SEALED_COLUMN: dict[FieldGroup, str] = {group: f"sealed_{group}" for group in FieldGroup if group is not FieldGroup.NOTES}
