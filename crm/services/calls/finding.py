"""Finds the caller by what they say: a phone number, a name, the number of an invoice or a ticket.

Source: Art. 5(1)(b),(c) DSGVO.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company, CompanyKind
from crm.models.invoice import Invoice
from crm.models.ticket import Ticket
from crm.privacy.disclosure import open_people, require_role
from crm.privacy.purposes import Purpose
from crm.search import IndexBuildingError
from crm.services.companies import listing as companies
from crm.services.contacts import exact, listing
from crm.services.contacts.listing import LIST_GROUPS, ContactFilter, ListedContact, with_facts
from crm.services.work_customers import Chosen

_OFFERED = 8


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may be calling.

    Attributes:
        by_number: an invoice or a ticket of this number led to them.
        is_partial: people cannot be looked up by name just now.
    """

    people: tuple[ListedContact, ...] = ()
    companies: tuple[Company, ...] = ()
    by_number: bool = False
    is_partial: bool = False

    @property
    def only_one(self) -> Chosen | None:
        """Return whom alone it can be."""
        if len(self.people) + len(self.companies) != 1:
            return None
        return Chosen(None, self.people[0].person.subject_id) if self.people else Chosen(self.companies[0].id, None)


def find(session: Session, *, text: str, purpose: Purpose, actor: Actor, now: datetime) -> Callers:
    """Return who may be calling; one entry for whoever is named.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    require_role(purpose, actor)
    words = " ".join(text.split())
    if not words:
        return Callers()
    owner = _find_by_number(session, words)
    if owner is not None:
        return _of_number(session, owner, purpose, actor, now)
    exactly = exact.list_by_address(session, text=words, purpose=purpose, actor=actor, now=now).rows
    if exactly:
        return Callers(people=tuple(exactly))
    found_companies = tuple(companies.suggest(session, text=words))
    try:
        wanted = ContactFilter(text=words)
        people = listing.list_contacts(session, wanted=wanted, purpose=purpose, actor=actor, now=now, limit=_OFFERED).rows
    except IndexBuildingError:
        return Callers(companies=found_companies, is_partial=True)
    return Callers(people=tuple(people), companies=found_companies)


def _find_by_number(session: Session, words: str) -> Chosen | None:
    """Return whose invoice or ticket has this number; people say it in any case."""
    spelled = {words, words.upper()}
    for model in (Invoice, Ticket):
        found = session.execute(select(model.company_id, model.subject_id).where(model.number.in_(spelled))).first()
        if found is not None:
            return Chosen(*found)
    return None


def _of_number(session: Session, owner: Chosen, purpose: Purpose, actor: Actor, now: datetime) -> Callers:
    people: Sequence[ListedContact] = ()
    if owner.subject_id:
        opened = open_people(session, subject_ids=[owner.subject_id], groups=LIST_GROUPS, purpose=purpose, actor=actor, now=now)
        people = with_facts(session, opened)
    company = session.get(Company, owner.company_id) if owner.company_id and not owner.subject_id else None
    named = (company,) if company is not None and company.kind == CompanyKind.LEGAL_PERSON else ()
    return Callers(people=tuple(people), companies=named, by_number=True)
