"""What the screen shows of a caller: how to reach them, what they owe, what is open and what was closed on the same topic.

No old notes, no consents, no advertising: that is not needed for a complaint (DS-UC-05).

Source: Art. 5(1)(b),(c), 25(2) DSGVO.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.field_groups import FieldGroup
from crm.models.invoice import Invoice
from crm.privacy import audit, disclosure
from crm.privacy.actions import Action
from crm.privacy.disclosure import require_role
from crm.privacy.lawfulness import PersonState
from crm.privacy.purposes import Purpose
from crm.services.companies.names import find_names
from crm.services.contacts.view import get_contact
from crm.services.invoices.entry import KIND
from crm.services.invoices.listing import find_open
from crm.services.tickets.listing import find_of_customer
from crm.services.tickets.shown import ShownTicket
from crm.services.work_customers import Chosen, require_customer

GROUPS: Final = frozenset({FieldGroup.IDENTITY, FieldGroup.EMAIL, FieldGroup.PHONE, FieldGroup.POSITION})


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScreen:
    """Everything the screen shows of a caller.

    Attributes:
        fields: of the person; empty where a company calls by whoever it may be.
        state: of the person, or None.
        same_topic: closed tickets on the topics of the open ones.
    """

    caller: Chosen
    company: str
    fields: Mapping[str, str]
    state: PersonState | None
    invoices: Sequence[Invoice]
    tickets: Sequence[ShownTicket]
    same_topic: Sequence[ShownTicket]


def open_screen(session: Session, *, caller: Chosen, purpose: Purpose, actor: Actor, now: datetime) -> CallScreen:
    """Open what the call needs of one caller.

    Raises:
        NotFoundError, InvalidInputError: there is no such caller.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
    """
    require_role(purpose, actor)
    resolved = resolve(session, caller)
    fields, state = _open_person(session, resolved.subject_id, purpose, actor, now)
    company_id, subject_id = resolved.company_id, resolved.subject_id
    invoices = find_open(session, company_id=company_id, subject_id=subject_id)
    _enter_invoices(session, resolved.subject_id, invoices, purpose, actor, now)
    find_tickets = partial(find_of_customer, session, company_id=company_id, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    tickets = find_tickets()
    topics = frozenset(each.ticket.topic for each in tickets if each.ticket.topic)
    return CallScreen(
        caller=resolved,
        company=find_names(session, {company_id}).get(company_id, "") if company_id else "",
        fields=fields,
        state=state,
        invoices=invoices,
        tickets=tickets,
        same_topic=find_tickets(topics=topics) if topics else (),
    )


def resolve(session: Session, caller: Chosen) -> Chosen:
    """Return a caller with the company they speak for.

    Raises:
        NotFoundError, ErasedError, InvalidInputError: there is no such caller.
    """
    if caller.subject_id:
        contact = get_contact(session, subject_id=caller.subject_id)
        return Chosen(contact.company_id, caller.subject_id)
    return require_customer(session, company_id=caller.company_id, subject_id=None)


def _open_person(
    session: Session, subject_id: str | None, purpose: Purpose, actor: Actor, now: datetime
) -> tuple[Mapping[str, str], PersonState | None]:
    if subject_id is None:
        return {}, None
    person = disclosure.open_person(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now, groups=GROUPS)
    return person.fields, person.state


def _enter_invoices(
    session: Session, subject_id: str | None, invoices: Sequence[Invoice], purpose: Purpose, actor: Actor, now: datetime
) -> None:
    """Enter that somebody's own invoices were shown; those of a company are about nobody."""
    if own := [each for each in invoices if each.subject_id]:
        audit.record(
            session,
            Action.INVOICES_DISCLOSED,
            actor=actor,
            now=now,
            subject_id=subject_id,
            purpose=purpose.code,
            basis=purpose.basis,
            kind=KIND,
            count=len(own),
        )
