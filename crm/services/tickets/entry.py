"""Tickets are opened and changed; what is said about them is in `saying`, what moves them through their states in `moving`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import InvalidInputError, NotFoundError
from crm.models.field_groups import FieldGroup
from crm.models.ticket import Ticket, TicketState
from crm.privacy import audit, due, work_texts
from crm.privacy.actions import Action
from crm.privacy.errors import StaleVersionError
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services import forms, staff_names, work_customers, work_rules
from crm.services.contacts.fields import clean_line
from crm.services.forms import SentForm
from crm.services.staff_names import OwnerUnknownError
from crm.services.tickets import errors, promises
from crm.services.tickets.numbers import next_number
from crm.services.tickets.service_hours import find_service_hours
from crm.services.work_customers import Chosen

KIND: Final = "ticket"
SERVES: Final = frozenset({Role.SERVICE})  # roles that may own a ticket
LONGEST_SUBJECT: Final = 120  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """What somebody typed into the form besides whom it is about."""

    subject: str
    topic: str | None
    priority: str
    owner_id: str | None


def get_ticket(session: Session, *, ticket_id: str) -> Ticket:
    """Return a ticket.

    Raises:
        NotFoundError: there is none.
    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFoundError
    return ticket


def place_of(ticket_id: str, subject_id: str | None) -> WorkText:
    """Return where the subject line of a ticket lies."""
    return WorkText("ticket", "sealed_subject", ticket_id, subject_id)


def check(session: Session, facts: TicketFacts, *, former: Ticket | None = None) -> list[InvalidInputError]:
    """Return everything that is wrong, for a form that shows all of it at once.

    Args:
        former: the ticket as it is; what stays as it was is not asked whether it could be chosen anew.
    """
    rules, faults = work_rules.find(session), list[InvalidInputError]()
    try:
        if not _line(facts):
            faults.append(errors.TicketSubjectMissingError(field="subject"))
    except InvalidInputError as fault:
        faults.append(fault)
    if facts.topic not in {None, former.topic if former else None, *rules.topics}:
        faults.append(errors.TopicError(field="topic"))
    if facts.priority not in {former.priority if former else "", *rules.priorities} - {""}:
        faults.append(errors.PriorityError(field="priority"))
    stays = facts.owner_id is None or (former is not None and former.owner_id == facts.owner_id)
    if not stays and facts.owner_id not in staff_names.find_holders(session, SERVES):
        faults.append(OwnerUnknownError(field="owner"))
    return faults


def open_ticket(
    session: Session, *, facts: TicketFacts, customer: Chosen, form: SentForm, purpose: Purpose, actor: Actor, now: datetime
) -> str:
    """Open a ticket and return its id; the same form with the same content sent again opens nothing.

    Raises:
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    ticket_id = forms.key_of(session, form)
    if session.get(Ticket, ticket_id):
        return ticket_id
    _require(session, facts, None)
    chosen = _resolve(session, customer)
    work_customers.require_writable(session, chosen.subject_id, purpose=purpose, actor=actor, now=now)
    rules = work_rules.find(session)
    promised = promises.promise(find_service_hours(session, rules), rules.priorities[facts.priority], now)
    sealed = work_texts.seal(session, place_of(ticket_id, chosen.subject_id), _line(facts))
    with forms.sent_twice_is_known():
        session.add(
            Ticket(
                id=ticket_id,
                number=next_number(session, year=now.astimezone(due.zone_of(session)).year),
                company_id=chosen.company_id,
                subject_id=chosen.subject_id,
                state=TicketState.OPEN,
                opened_at=now,
                opened_by=actor.pseudonym,
                answer_by=promised.answer_by,
                solve_by=promised.solve_by,
                changed_at=now,
                version=1,
                sealed_subject=sealed,
                **_columns(facts),
            )
        )
        session.flush()
    enter(session, Action.TICKET_OPENED, chosen.subject_id, sealed=sealed, purpose=purpose, actor=actor, now=now)
    return ticket_id


def change(
    session: Session, *, ticket_id: str, facts: TicketFacts, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Change what a ticket is about, how urgent it is and who answers for it.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        ClosedTicketError: it is closed.
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    ticket = get_ticket(session, ticket_id=ticket_id)
    if ticket.version != expected_version:
        raise StaleVersionError
    if ticket.closed_at is not None:
        raise errors.ClosedTicketError
    _require(session, facts, ticket)
    work_customers.require_writable(session, ticket.subject_id, purpose=purpose, actor=actor, now=now)
    sealed = work_texts.seal(session, place_of(ticket_id, ticket.subject_id), _line(facts))
    values = {**_columns(facts), **_new_promise(session, ticket, facts.priority), "sealed_subject": sealed, "changed_at": now}
    write(session, ticket_id, expected_version, values)
    enter(session, Action.TICKET_CHANGED, ticket.subject_id, sealed=sealed, purpose=purpose, actor=actor, now=now)


def write(session: Session, ticket_id: str, expected_version: int, values: dict[str, Any]) -> None:
    """Write these columns of a ticket that nobody else changed meanwhile.

    Raises:
        StaleVersionError: somebody did.
    """
    mine = update(Ticket).where(Ticket.id == ticket_id, Ticket.version == expected_version)
    if session.execute(mine.values(**values, version=expected_version + 1).returning(Ticket.id)).first() is None:
        raise StaleVersionError


def enter(
    session: Session, action: Action, subject_id: str | None, *, sealed: bytes | None = None, purpose: Purpose, actor: Actor, now: datetime
) -> None:
    """Enter what was done to a ticket; contents stay out."""
    audit.record(
        session,
        action,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=KIND,
        groups=(FieldGroup.NOTES,) if subject_id and sealed else (),
        sealed=(sealed,) if sealed else (),
    )


def _resolve(session: Session, customer: Chosen) -> Chosen:
    """Return whom a ticket is about; a person is seen with the company they work for."""
    chosen = work_customers.require_customer(session, company_id=customer.company_id, subject_id=customer.subject_id)
    if chosen.company_id is None and chosen.subject_id:
        return Chosen(work_customers.find_employer(session, chosen.subject_id), chosen.subject_id)
    return chosen


def _require(session: Session, facts: TicketFacts, former: Ticket | None) -> None:
    faults = check(session, facts, former=former)
    if faults:
        raise faults[0]


def _new_promise(session: Session, ticket: Ticket, priority: str) -> dict[str, datetime]:
    rules = work_rules.find(session)
    if priority == ticket.priority or priority not in rules.priorities or ticket.priority not in rules.priorities:
        return {}
    hours = find_service_hours(session, rules)
    promised = promises.after_new_priority(hours, ticket, rules.priorities[ticket.priority], rules.priorities[priority])
    return {"answer_by": promised.answer_by, "solve_by": promised.solve_by}


def _line(facts: TicketFacts) -> str:
    return clean_line(facts.subject, field="subject", longest=LONGEST_SUBJECT)


def _columns(facts: TicketFacts) -> dict[str, Any]:
    return {"topic": facts.topic, "priority": facts.priority, "owner_id": facts.owner_id}
