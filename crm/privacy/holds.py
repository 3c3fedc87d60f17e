"""Löschsperren: what must not be destroyed for now, and the conditions under which every path that destroys leaves it alone.

Each act leaves an entry that names the row, so that one which was changed with SQL is seen before anything is destroyed on its word.

Source: § 147(3) AO; Art. 5(1)(f), 17(3)(b), (e) DSGVO.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crm import ledger
from crm.models.affiliation import Affiliation
from crm.models.campaign import CampaignMember
from crm.models.company import Company
from crm.models.contact import Contact, Note
from crm.models.custom_field import CustomField, CustomValue
from crm.models.export_file import ExportLine
from crm.models.invoice import Invoice, InvoiceSource
from crm.models.lawfulness import GroundEvent
from crm.models.legal_hold import LegalHold
from crm.models.retention import DueKind, RetentionDue
from crm.models.ticket import Ticket
from crm.privacy import bound_rows, purposes
from crm.privacy.actions import Action
from crm.privacy.errors import PrivacyError
from crm.vault import Subject, SubjectState

Text = ColumnElement[str] | InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
_TABLE: Final = LegalHold.__tablename__
# Of their own, so that they are never taken for the tables of the question around; made once, because a run asks over and over.
_CONTACT, _ROLE, _COMPANY, _NOTE, _TICKET = aliased(Contact), aliased(Affiliation), aliased(Company), aliased(Note), aliased(Ticket)
_COPY, _VALUE, _FIELD = aliased(Invoice), aliased(CustomValue), aliased(CustomField)
_REACHED, _LINE = aliased(CampaignMember), aliased(ExportLine)
_NEW: Final = frozenset({Action.HOLD_ASKED})
_CHANGED: Final = frozenset({Action.HOLD_APPROVED, Action.HOLD_REVIEWED, Action.HOLD_ENDED})


class HeldError(PrivacyError):
    """Something is to be destroyed that is under a hold."""

    article = "Art. 17(3)"
    message = (
        "Diese Daten stehen unter einer Löschsperre; solange sie gilt, werden sie nicht gelöscht. Warum, sagt die Seite „Löschsperren“."
    )


def stands(day: date) -> ColumnElement[bool]:
    """Say which holds stand on a day: those that nobody has ended, and that a second person has approved or still may."""
    return and_(LegalHold.ended_at.is_(None), or_(LegalHold.approved_at.is_not(None), LegalHold.lapses_on >= day))


def holds_person(subject_id: Text, day: date) -> ColumnElement[bool]:
    """Say who must not be erased: somebody who is held themselves, with their company, or because of something kept with their profile."""
    return exists().where(stands(day), or_(_is_about(subject_id), _has_some_of(subject_id, LegalHold.rule)))


def holds_thing(subject_id: Text, rule: Text | str, day: date) -> ColumnElement[bool]:
    """Say which things about people must not be deleted: those of somebody who is held, or of a kind of data that is."""
    code = literal(rule) if isinstance(rule, str) else rule
    return exists().where(stands(day), or_(_is_about(subject_id), LegalHold.rule == code))


def is_rule_held(session: Session, rule: str, *, day: date) -> bool:
    """Say whether a kind of data is held as a whole."""
    return session.scalar(select(LegalHold.id).where(stands(day), LegalHold.rule == rule).limit(1)) is not None


def find_holds_of(session: Session, subject_ids: Sequence[str], *, day: date) -> list[LegalHold]:
    """Return the holds that keep any of these people from being erased, those that are reviewed last in front."""
    if session.scalar(select(LegalHold.id).where(stands(day)).limit(1)) is None:
        return []  # as on most days; the question below takes time to write
    of_them = exists().where(Subject.id.in_(subject_ids), or_(_is_about(Subject.id), _has_some_of(Subject.id, LegalHold.rule)))
    kept = select(LegalHold).where(stands(day), or_(of_them, LegalHold.rule.in_(_rules_of(session, subject_ids))))
    return list(session.scalars(kept.order_by(LegalHold.review_on.desc(), LegalHold.id)))


def _rules_of(session: Session, subject_ids: Sequence[str]) -> set[str]:
    """Return the rules by which these people themselves go: those of their days, and those of the purposes they have a ground for."""
    days = select(RetentionDue.rule).where(RetentionDue.kind == DueKind.PERSON, RetentionDue.subject_id.in_(subject_ids))
    grounds = select(GroundEvent.purpose).where(GroundEvent.subject_id.in_(subject_ids)).distinct()
    known = purposes.find_all(session)
    return {*session.scalars(days), *(known.get(each).retention for each in session.scalars(grounds))}


def find_holds_of_documents(session: Session, subject_ids: Sequence[str], *, rule: str, day: date) -> list[LegalHold]:
    """Return the holds that keep documents of these people of one kind, those that are reviewed last in front."""
    about = exists().where(Subject.id.in_(subject_ids), _is_about(Subject.id))
    kept = select(LegalHold).where(stands(day), or_(LegalHold.rule == rule, about))
    return list(session.scalars(kept.order_by(LegalHold.review_on.desc(), LegalHold.id)))


def require_free(session: Session, subject_ids: Sequence[str], *, day: date) -> None:
    """Refuse to destroy anybody who is held.

    Raises:
        HeldError: somebody is, or a hold was changed past the program, so that nobody can say; nothing was changed.
    """
    if find_holds_of(session, subject_ids, day=day) or find_changed(session):
        raise HeldError


def find_changed(session: Session) -> int:
    """Return how many holds are not what the log says: changed, added or deleted past the program.

    A hold on somebody who is erased went with them.
    """
    expected: Counter[str] = Counter()
    whose: dict[str, str | None] = {}
    for entry in ledger.find_written_by(session, _NEW | _CHANGED):
        for position, row in enumerate(entry.hashes):
            is_gone = entry.action in _CHANGED and position == 0
            expected[row] += -1 if is_gone else 1
            whose[row] = entry.subject_id
    columns = [LegalHold.__table__.c[name] for name in bound_rows.columns_of(_TABLE)]
    there = Counter(bound_rows.digest(_TABLE, dict(row)) for row in session.execute(select(*columns)).mappings())
    missing = [row for row in (expected - there) if row not in _of_erased(session, whose)]
    return len(missing) + sum((there - expected).values())


def _of_erased(session: Session, whose: dict[str, str | None]) -> set[str]:
    named = {each for each in whose.values() if each}
    living = select(Subject.id).where(Subject.id.in_(named), Subject.state == SubjectState.LIVING)
    gone = named - set(session.scalars(living))
    return {row for row, subject_id in whose.items() if subject_id in gone}


def _is_about(subject_id: Text) -> ColumnElement[bool]:
    """Say which holds are about a person: by name, or by a company they belong to or are."""
    contact, role, own = _CONTACT, _ROLE, _COMPANY
    companies = (
        select(contact.company_id).where(contact.subject_id == subject_id, contact.company_id.is_not(None)).correlate_except(contact),
        select(role.company_id).where(role.subject_id == subject_id).correlate_except(role),
        select(own.id).where(own.subject_id == subject_id).correlate_except(own),
    )
    return or_(LegalHold.subject_id == subject_id, *(LegalHold.company_id.in_(each) for each in companies))


def _has_some_of(subject_id: Text, rule: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Say whose profile is the only place of something of a kind of data."""
    note, ticket, copy, value, own = _NOTE, _TICKET, _COPY, _VALUE, _FIELD
    reached, line = _REACHED, _LINE
    of_field = select(own.rule).join(value, value.field_id == own.id).where(value.subject_id == subject_id).correlate_except(own, value)
    copies = exists().where(copy.subject_id == subject_id, copy.source == InvoiceSource.ERP).correlate_except(copy)
    return or_(
        and_(rule == "RET-17", exists().where(note.subject_id == subject_id).correlate_except(note)),
        and_(rule == "RET-16", exists().where(ticket.subject_id == subject_id).correlate_except(ticket)),
        and_(rule.in_(["RET-14", "RET-15"]), copies),
        and_(rule == "RET-19", exists().where(reached.subject_id == subject_id).correlate_except(reached)),
        and_(rule == "RET-36", exists().where(line.subject_id == subject_id).correlate_except(line)),
        rule.in_(of_field),
    )
