"""Whether what a page shows has changed since it was made: asked of versions, moments and numbers of rows, never of contents.

A person's page is as new as the newest entry of the log that names them and was no reading; a list is as new as the newest entries
of the acts that change what stands in it.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm import ledger
from crm.models.activity import Activity
from crm.models.affiliation import Affiliation
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.customer_file import CustomerFile
from crm.models.deal import Deal
from crm.models.invoice import Invoice
from crm.models.request_case import RequestCase
from crm.models.ticket import Ticket
from crm.privacy import audit
from crm.privacy.actions import Action


class PageKind(StrEnum):
    """What a page is about."""

    PERSON = "person"
    COMPANY = "company"
    DEAL = "deal"
    DEALS = "deals"
    ACTIVITY = "activity"
    TICKET = "ticket"
    INVOICE = "invoice"
    REQUEST = "request"
    START = "start"
    DEAL_LIST = "deal_list"
    ACTIVITIES = "activities"
    TICKETS = "tickets"
    REQUESTS = "requests"
    PEOPLE = "people"
    COMPANIES = "companies"
    INVOICES = "invoices"
    CAMPAIGNS = "campaigns"
    EXPORTS = "exports"
    HOLDS = "holds"
    CONCEPT = "concept"


_Query = Select[*tuple[Any, ...]]


def find_state(session: Session, kind: PageKind, item_id: str) -> str:
    """Return a short text that is another one as soon as anything of the page has changed; it says nothing itself."""
    if kind is PageKind.PERSON:
        parts: list[Any] = [ledger.find_newest(session, item_id, except_actions=audit.reading_actions())]
    elif kind in _ACTS:
        parts = [ledger.find_newest_of_acts(session, _ACTS[kind])]
    else:
        parts = [tuple(row) for query in _QUERIES[kind](item_id) for row in session.execute(query)]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _of_company(company_id: str) -> tuple[_Query, ...]:
    return (
        select(Company.version).where(Company.id == company_id),
        select(func.count(), func.max(Company.changed_at)).where(Company.parent_id == company_id),
        select(func.count(), func.max(Contact.changed_at)).where(Contact.company_id == company_id),
        select(func.count()).select_from(Affiliation).where(Affiliation.company_id == company_id),
        select(func.count(), func.max(Deal.changed_at)).where(Deal.company_id == company_id),
        select(func.count(), func.sum(Activity.version)).where(Activity.company_id == company_id),
        select(func.count(), func.max(Ticket.changed_at)).where(Ticket.company_id == company_id),
        select(func.count(), func.max(Invoice.changed_at)).where(Invoice.company_id == company_id),
        select(func.count(), func.max(CustomerFile.added_at)).where(CustomerFile.company_id == company_id),
    )


def _of_deal(deal_id: str) -> tuple[_Query, ...]:
    return (
        select(Deal.version).where(Deal.id == deal_id),
        select(func.count(), func.sum(Activity.version)).where(Activity.deal_id == deal_id),
        select(func.count(), func.max(CustomerFile.added_at)).where(CustomerFile.deal_id == deal_id),
    )


_QUERIES: Final[Mapping[PageKind, Callable[[str], tuple[_Query, ...]]]] = {
    PageKind.COMPANY: _of_company,
    PageKind.DEAL: _of_deal,
    PageKind.DEALS: lambda _all: (select(func.count(), func.max(Deal.changed_at)),),
    PageKind.ACTIVITY: lambda item_id: (select(Activity.version).where(Activity.id == item_id),),
    PageKind.TICKET: lambda item_id: (select(Ticket.version).where(Ticket.id == item_id),),
    PageKind.INVOICE: lambda item_id: (select(Invoice.version).where(Invoice.id == item_id),),
    PageKind.REQUEST: lambda item_id: (select(RequestCase.version).where(RequestCase.id == item_id),),
}


def _acts_of(kind: str, *, besides: Collection[Action] = ()) -> frozenset[Action]:
    return frozenset(each for each in Action if each.startswith(f"{kind}:")) - frozenset(besides)


_WHOLESALE: Final = frozenset({Action.ERASURE_KEY_DESTROYED, Action.ERASURE_COMPLETED, Action.IMPORT_FINISHED})
_DEALS: Final = _WHOLESALE | {Action.DEAL_CREATED, Action.DEAL_CHANGED, Action.DEAL_MOVED}
_ACTIVITIES: Final = _WHOLESALE | {Action.ACTIVITY_CREATED, Action.ACTIVITY_CHANGED, Action.ACTIVITY_DONE}
_TICKETS: Final = _WHOLESALE | {
    Action.TICKET_OPENED,
    Action.TICKET_CHANGED,
    Action.TICKET_WRITTEN,
    Action.TICKET_CLOSED,
    Action.TICKET_REOPENED,
    Action.TICKET_ERASED,
}
_REQUESTS: Final = _acts_of("request", besides=[Action.REQUEST_READ])
_COMPANIES: Final = _WHOLESALE | {Action.COMPANY_CREATED, Action.COMPANY_CHANGED}
_PEOPLE: Final = _COMPANIES | {
    Action.PERSON_COLLECTED,
    Action.PERSON_MERGED,
    Action.PERSON_RECTIFIED,
    Action.PERSON_ASSIGNED,
    Action.RESTRICTION_IMPOSED,
    Action.RESTRICTION_LIFTED,
}


# What changes a list, by which acts; each is one step into an index, however many rows there are.
_ACTS: Final[Mapping[PageKind, frozenset[Action]]] = {
    PageKind.START: _DEALS | _ACTIVITIES | _TICKETS | _REQUESTS,
    PageKind.PEOPLE: _PEOPLE,
    PageKind.COMPANIES: _COMPANIES,
    PageKind.INVOICES: _WHOLESALE | _acts_of("invoice"),
    PageKind.CAMPAIGNS: _WHOLESALE | _acts_of("campaign", besides=[Action.CAMPAIGN_FIGURES_RELEASED]),
    PageKind.EXPORTS: _acts_of("export", besides=[Action.EXPORT_FETCHED]),
    PageKind.HOLDS: _acts_of("hold"),
    PageKind.CONCEPT: _acts_of("retention", besides=[Action.RETENTION_PLANNED]),
    PageKind.DEAL_LIST: _DEALS,
    PageKind.ACTIVITIES: _ACTIVITIES,
    PageKind.TICKETS: _TICKETS,
    PageKind.REQUESTS: _REQUESTS,
}
