"""Notes, tickets, invoices and values of custom fields whose own period has ended: they go though the person stays.

Source: Art. 5(1)(e) DSGVO; Löschkonzept, RET-14, RET-15, RET-16, RET-17, RET-37, RET-38, RET-39.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Contact, Note
from crm.models.custom_field import CustomField, CustomValue
from crm.models.invoice import Invoice
from crm.models.retention import DueKind, RetentionDue
from crm.models.ticket import Ticket, TicketEntry
from crm.privacy import audit, bound_rows, due, indexing
from crm.privacy.actions import Action
from crm.privacy.custom_fields import PREFIX
from crm.privacy.erasure import ended, true_days
from crm.privacy.erasure.ended import Planned

_AT_ONCE: Final = 200  # things of one unit of work
Gone = Mapping[str, Sequence[str]]  # digests of the rows that were there, by id


def erase_next(session: Session, *, day: date, actor: Actor, now: datetime) -> list[Planned]:
    """Delete the next things that are due, all of one kind, with an entry each; return them, none when nothing is left.

    Their days are computed anew before, and notes are compared with the log: what was changed past the program stays.
    """
    zone = due.zone_of(session)
    for kind in ended.THINGS:
        doubtful = set[str]()
        while looked_at := ended.find_due(session, kind, day=day, limit=_AT_ONCE, besides=doubtful):
            doubtful |= ended.find_unsound_owners(session, kind, looked_at)
            sound = [each for each in looked_at if each.subject_id not in doubtful]
            going = true_days.find_true(session, sound, zone=zone, now=now)
            true_days.put_right(session, [each for each in sound if each not in going], zone=zone, now=now)
            if going:
                _erase(session, kind, going, actor, now)
                return going
    return []


def _erase(session: Session, kind: DueKind, things: Sequence[Planned], actor: Actor, now: datetime) -> None:
    action, remove = _KINDS[kind]
    these = or_(*(and_(RetentionDue.subject_id == each.subject_id, RetentionDue.object_id == each.object_id) for each in things))
    session.execute(delete(RetentionDue).where(RetentionDue.kind == kind, these))
    emptied = _names_of_fields(session, things) if kind is DueKind.CUSTOM_VALUE else {}
    gone = remove(session, things)
    entries = [
        audit.Entry(
            action=action,
            subject_id=each.subject_id,
            result=each.rule,
            groups=emptied.get(each.object_id, ()),
            rows=gone.get(each.object_id, ()),
        )
        for each in things
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    if kind in {DueKind.NOTE, DueKind.CUSTOM_VALUE}:
        indexing.announce_changed(session, list(dict.fromkeys(each.subject_id for each in things)), now=now)


def _remove_notes(session: Session, things: Sequence[Planned]) -> Gone:
    these = or_(*(and_(Note.subject_id == each.subject_id, Note.id == each.object_id) for each in things))
    return {note_id: rows for (_subject_id, note_id), rows in bound_rows.erase(session, Note, these).items()}


def _remove_tickets(session: Session, things: Sequence[Planned]) -> Gone:
    ids = [each.object_id for each in things]
    session.execute(delete(TicketEntry).where(TicketEntry.ticket_id.in_(ids)))
    session.execute(delete(Ticket).where(Ticket.id.in_(ids)))
    return {}


def _remove_invoices(session: Session, things: Sequence[Planned]) -> Gone:
    session.execute(delete(Invoice).where(Invoice.id.in_([each.object_id for each in things])))
    return {}


def _remove_values(session: Session, things: Sequence[Planned]) -> Gone:
    """Remove values; whoever has the person's form open is told that it is not as it was."""
    these = or_(*(and_(CustomValue.subject_id == each.subject_id, CustomValue.field_id == each.object_id) for each in things))
    session.execute(delete(CustomValue).where(these))
    people = {each.subject_id for each in things}
    session.execute(update(Contact).where(Contact.subject_id.in_(people)).values(version=Contact.version + 1))
    return {}


def _names_of_fields(session: Session, things: Sequence[Planned]) -> Gone:
    """Return by field the name under which entries know it; an entry that names it without a hash says that it was emptied."""
    wanted = select(CustomField.id, CustomField.code).where(CustomField.id.in_({each.object_id for each in things}))
    return {field_id: (PREFIX + code,) for field_id, code in session.execute(wanted)}


_KINDS: Final[Mapping[DueKind, tuple[Action, Callable[[Session, Sequence[Planned]], Gone]]]] = {
    DueKind.NOTE: (Action.NOTE_ERASED, _remove_notes),
    DueKind.TICKET: (Action.TICKET_ERASED, _remove_tickets),
    DueKind.INVOICE: (Action.INVOICE_ERASED, _remove_invoices),
    DueKind.CUSTOM_VALUE: (Action.VALUE_ERASED, _remove_values),
}
