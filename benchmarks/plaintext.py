"""The baseline: the same rows with plain fields, written and read through the ORM on the same kind of connection.

Same shape means: a contact with its fields in columns of their own, indexed where Lethe has look-ups and search,
and the rows every lawful CRM needs beside it: source, notice, legal ground. It has no seal, no log and no feed.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, ForeignKey, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.ground import BATCH, NOW, people
from crm.db import make_engine, new_id
from crm.models.field_groups import GROUP_OF


class _Plain(DeclarativeBase):
    pass


class PlainSubject(_Plain):
    """The person."""

    __tablename__ = "plain_subject"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]


class PlainContact(_Plain):
    """A contact with fields that anybody can read."""

    __tablename__ = "plain_contact"
    subject_id: Mapped[str] = mapped_column(ForeignKey("plain_subject.id"), primary_key=True)
    company_id: Mapped[str | None] = mapped_column(String(32), index=True)
    owner_id: Mapped[str | None] = mapped_column(String(32))
    segment: Mapped[str | None]
    origin: Mapped[str]
    collected_at: Mapped[datetime]
    last_contact_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    salutation: Mapped[str | None]
    title: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None] = mapped_column(index=True)
    email: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[str | None] = mapped_column(index=True)
    mobile: Mapped[str | None] = mapped_column(index=True)
    street: Mapped[str | None]
    postal_code: Mapped[str | None]
    city: Mapped[str | None]
    country: Mapped[str | None]
    position: Mapped[str | None]
    department: Mapped[str | None]
    birth_date: Mapped[str | None]


class PlainSource(_Plain):
    """Where the record came from."""

    __tablename__ = "plain_source"
    system: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("plain_subject.id"), index=True)


class PlainNotice(_Plain):
    """That the person was told."""

    __tablename__ = "plain_notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("plain_subject.id"), index=True)
    act: Mapped[str]
    article: Mapped[str]
    effective_at: Mapped[datetime]


class PlainGround(_Plain):
    """Why the data may be used."""

    __tablename__ = "plain_ground"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("plain_subject.id"), index=True)
    purpose: Mapped[str]
    basis: Mapped[str]
    act: Mapped[str]
    origin: Mapped[str]
    effective_at: Mapped[datetime]


FIELDS = tuple(GROUP_OF)


def make(folder: Path) -> Engine:
    """Make the plain database; its connections keep as much on power loss as Lethe's."""
    engine = make_engine(f"sqlite:///{folder / 'plain.sqlite'}", may_change_schema=True)
    _Plain.metadata.create_all(engine)
    return engine.execution_options(writing=True)


def insert(engine: Engine, start: int, number: int) -> list[str]:
    """Write invented people through the ORM, in the same batches as Lethe, and return their ids."""
    ids: list[str] = []
    for first in range(start, start + number, BATCH):
        batch = [(new_id(), fields) for fields in people(first, min(BATCH, start + number - first))]
        with Session(engine) as session, session.begin():
            session.add_all(PlainSubject(id=each, created_at=NOW) for each, _ in batch)
            session.flush()  # the others point to them
            for place, (each, fields) in enumerate(batch):
                session.add_all(_rows(each, f"r{first + place}", fields))
        ids += [each for each, _ in batch]
    return ids


def _rows(subject_id: str, record_id: str, fields: dict[str, str]) -> list[_Plain]:
    return [
        PlainContact(subject_id=subject_id, origin="Messe", collected_at=NOW, last_contact_at=NOW, changed_at=NOW, version=1, **fields),
        PlainSource(system="benchmark", record_id=record_id, subject_id=subject_id),
        PlainNotice(subject_id=subject_id, act="earlier", article="13", effective_at=NOW),
        PlainGround(subject_id=subject_id, purpose="business_contact", basis="6-1-f", act="started", origin="Messe", effective_at=NOW),
    ]


def read(engine: Engine, ids: Sequence[str]) -> list[dict[str, str]]:
    """Read all fields of these people through the ORM."""
    with Session(engine) as session:
        found = session.scalars(select(PlainContact).where(PlainContact.subject_id.in_(ids)))
        return [{name: getattr(contact, name) for name in FIELDS} for contact in found]
