"""What was said in a call: an entry of a ticket, or a note about the person where it belongs to none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.contact import Note, NoteKind
from crm.models.ticket import TicketEntryKind, TicketWay
from crm.privacy import notes
from crm.privacy.purposes import Purpose
from crm.readable import many_lines
from crm.services import forms
from crm.services.forms import SentForm
from crm.services.staff_names import find_account_id
from crm.services.tickets.entry import TicketFacts, get_ticket, open_ticket
from crm.services.tickets.saying import Said, say
from crm.services.work_customers import Chosen

NEW_TICKET: Final = "new"
NO_TICKET: Final = ""


class CallTicketError(InvalidInputError):
    """Not a ticket of this caller."""

    message = "Dieses Ticket gehört nicht zu dieser Person oder Firma. Wählen Sie eines aus der Liste."


class CompanyNoteError(InvalidInputError):
    """A note is about a person; what a company says belongs to a ticket."""

    message = "Zu einer Firma gibt es keine Notizen. Wählen Sie ein Ticket, oder legen Sie eines an."


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNote:
    """What somebody typed during a call.

    Attributes:
        ticket: the id of a ticket, `NEW_TICKET` or `NO_TICKET`.
        subject, topic, priority: of a new ticket.
    """

    text: str
    ticket: str
    subject: str = ""
    topic: str | None = None
    priority: str = "normal"
    seen_hints: frozenset[str] = frozenset()


def keep(session: Session, *, caller: Chosen, call: CallNote, form: SentForm, purpose: Purpose, actor: Actor, now: datetime) -> str | None:
    """Keep what was said and return the ticket it belongs to, or None.

    Raises:
        CallTicketError, CompanyNoteError: it cannot belong there.
        InvalidInputError, SpecialCategoryError: the text cannot be taken, or not yet.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    if call.ticket == NO_TICKET:
        _note(session, caller, call, form, purpose, actor, now)
        return None
    notes.require_text(many_lines(call.text), call.seen_hints)
    ticket_id = call.ticket
    if ticket_id == NEW_TICKET:
        facts = TicketFacts(subject=call.subject, topic=call.topic, priority=call.priority, owner_id=find_account_id(session, actor))
        ticket_id = open_ticket(session, facts=facts, customer=caller, form=form, purpose=purpose, actor=actor, now=now)
    ticket = get_ticket(session, ticket_id=ticket_id)
    if not _is_theirs(ticket.company_id, ticket.subject_id, caller):
        raise CallTicketError(field="ticket")
    said = Said(kind=TicketEntryKind.FROM_CUSTOMER, text=call.text, way=TicketWay.PHONE, seen_hints=call.seen_hints)
    say(session, ticket_id=ticket_id, said=said, form=form, purpose=purpose, expected_version=ticket.version, actor=actor, now=now)
    return ticket_id


def _note(session: Session, caller: Chosen, call: CallNote, form: SentForm, purpose: Purpose, actor: Actor, now: datetime) -> None:
    if caller.subject_id is None:
        raise CompanyNoteError(field="ticket")
    note_id = forms.key_of(session, form)
    if session.get(Note, (caller.subject_id, note_id)):
        return
    notes.write(
        session,
        subject_id=caller.subject_id,
        text=call.text,
        kind=NoteKind.CALL,
        purpose=purpose,
        actor=actor,
        now=now,
        seen_hints=call.seen_hints,
        note_id=note_id,
    )


def _is_theirs(company_id: str | None, subject_id: str | None, caller: Chosen) -> bool:
    if subject_id is not None:
        return subject_id == caller.subject_id
    return company_id is not None and company_id == caller.company_id
