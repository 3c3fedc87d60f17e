"""What is said about a ticket: by the customer, to them, and among colleagues. A reply by mail goes out by the lawful way or not at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.mail import Letter
from crm.models.field_groups import FieldGroup
from crm.models.ticket import Ticket, TicketEntry, TicketEntryKind, TicketState, TicketWay
from crm.privacy import disclosure, notes, post, work_texts
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.readable import many_lines
from crm.services import forms, lawful_mail, work_customers
from crm.services.forms import SentForm
from crm.services.tickets import errors, moving
from crm.services.tickets.entry import enter, get_ticket, place_of, write

MAIL_KIND = "ticket_reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said.

    Attributes:
        way: None among colleagues.
        state: where the ticket goes with it; None: it stays, but what a customer says ends waiting and opens what was closed.
        seen_hints: words of special categories that the writer was shown and keeps.
    """

    kind: TicketEntryKind
    text: str
    way: TicketWay | None = None
    state: TicketState | None = None
    seen_hints: frozenset[str] = frozenset()


def say(
    session: Session, *, ticket_id: str, said: Said, form: SentForm, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Keep what was said; a reply by mail is put into the outbox in the same transaction. The same form sent again says nothing more.

    Raises:
        StaleVersionError: somebody else wrote or changed something since the page was opened.
        EmptyNoteError, NoteTooLongError, TurnedTextError, SpecialCategoryError: the text cannot be taken, or not yet.
        WayMissingError, NobodyToMailError, NoAddressError, ChannelClosedError: it cannot be said this way.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    entry_id = forms.key_of(session, form)
    if session.get(TicketEntry, entry_id):
        return
    ticket = get_ticket(session, ticket_id=ticket_id)
    text = many_lines(said.text)
    notes.require_text(text, said.seen_hints)
    is_internal = said.kind is TicketEntryKind.INTERNAL
    if not is_internal and said.way is None:
        raise errors.WayMissingError(field="way")
    work_customers.require_writable(session, ticket.subject_id, purpose=purpose, actor=actor, now=now)
    write(session, ticket_id, expected_version, {**_changes(session, ticket, said, now), "changed_at": now})
    sealed = _keep(session, ticket, entry_id, said, text, actor, now)
    if said.kind is TicketEntryKind.REPLY and said.way is TicketWay.EMAIL:
        _mail(session, ticket, text, purpose, actor, now)
    if not is_internal and ticket.subject_id:
        notes.move_last_contact(session, ticket.subject_id, now, now)
    moving.settle(session, ticket)
    enter(session, Action.TICKET_WRITTEN, ticket.subject_id, sealed=sealed, purpose=purpose, actor=actor, now=now)


def entry_place(entry_id: str, subject_id: str | None) -> WorkText:
    """Return where the text of an entry lies."""
    return WorkText("ticket_entry", "sealed_text", entry_id, subject_id)


def _changes(session: Session, ticket: Ticket, said: Said, now: datetime) -> dict[str, Any]:
    answered = {"answered_at": now} if said.kind is TicketEntryKind.REPLY and ticket.answered_at is None else {}
    state = said.state
    if state is None and said.kind is TicketEntryKind.FROM_CUSTOMER:
        state = TicketState.OPEN
    moved = moving.changes_of(session, ticket, state, now) if state is not None and state != ticket.state else {}
    return {**moved, **answered}


def _keep(session: Session, ticket: Ticket, entry_id: str, said: Said, text: str, actor: Actor, now: datetime) -> bytes:
    sealed = work_texts.seal(session, entry_place(entry_id, ticket.subject_id), text)
    session.add(
        TicketEntry(
            id=entry_id,
            ticket_id=ticket.id,
            subject_id=ticket.subject_id,
            kind=said.kind.value,
            way=None if said.kind is TicketEntryKind.INTERNAL or said.way is None else said.way.value,
            author=actor.pseudonym,
            said_at=now,
            sealed_text=sealed,
        )
    )
    session.flush()
    return sealed


def _mail(session: Session, ticket: Ticket, text: str, purpose: Purpose, actor: Actor, now: datetime) -> None:
    """Put a reply into the outbox, to the address of the person the ticket is about, if the purpose permits a mail.

    Source: Art. 5(1)(b), 6(1), 21 DSGVO; § 7 UWG.
    """
    if ticket.subject_id is None:
        raise errors.NobodyToMailError(field="way")
    person = disclosure.open_person(session, subject_id=ticket.subject_id, purpose=purpose, actor=actor, now=now, groups={FieldGroup.EMAIL})
    address = lawful_mail.address_of(person, purpose=purpose, now=now, field="way")
    subject = work_texts.open_allowed(
        session, texts=[(place_of(ticket.id, ticket.subject_id), ticket.sealed_subject)], purpose=purpose, actor=actor, now=now
    )[ticket.id]
    letter = Letter(to=address, subject=f"{ticket.number}: {subject}", text=text)
    post.write(session, letter, kind=MAIL_KIND, now=now, subject_id=ticket.subject_id)
