"""Lists of invoices: open, overdue, all; and those of a customer.

Invoices of people are for those who keep the books; others see those of companies, which are about nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.models.invoice import Invoice
from crm.privacy.purposes import Purpose
from crm.services import work_customers
from crm.services.invoices.errors import InvoicePageTokenError
from crm.services.work_customers import Customer

PAGE_SIZE = 50
SHOWN: Final = 10  # on the page of a customer
KEEPS_BOOKS: Final = frozenset({Role.ACCOUNTING})  # roles that see invoices of people


class Scope(StrEnum):
    """Which invoices a list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilter:
    """What the list is narrowed to; `after` is the last invoice of the page before."""

    scope: Scope = Scope.OPEN
    company_id: str | None = None
    subject_id: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """One invoice, and whom it is for as far as the door says."""

    invoice: Invoice
    customer: Customer


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page; `count` and `open_cents` are of everything the filter finds; `after` is None where the list ends."""

    rows: tuple[ShownInvoice, ...]
    count: int
    open_cents: int
    after: str | None


def list_invoices(
    session: Session, *, wanted: InvoiceFilter, today: date, purpose: Purpose | None, actor: Actor, now: datetime
) -> InvoicePage:
    """Return one page: open ones from the longest overdue on, all from the latest back.

    Args:
        purpose: None where the reader's role acts for none (management).

    Raises:
        InvoicePageTokenError: the token was not given out by this list.
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    conditions = _conditions(wanted, today, actor)
    falls = wanted.scope is Scope.ALL
    order = (Invoice.issued_on.desc(), Invoice.id.desc()) if falls else (Invoice.due_on, Invoice.id)
    edge = [_beyond(session, wanted.after, falls=falls)] if wanted.after else []
    found = session.scalars(select(Invoice).where(*conditions, *edge).order_by(*order).limit(PAGE_SIZE + 1)).all()
    page = found[:PAGE_SIZE]
    count, open_cents = _figures(session, conditions, of_open=wanted.scope is not Scope.ALL)
    return InvoicePage(
        rows=tuple(show(session, page, purpose=purpose, actor=actor, now=now)),
        count=count,
        open_cents=open_cents,
        after=page[-1].id if len(found) > PAGE_SIZE else None,
    )


def show(session: Session, found: Sequence[Invoice], *, purpose: Purpose | None, actor: Actor, now: datetime) -> list[ShownInvoice]:
    """Return these invoices with their customers; one entry for all people, none where nobody is concerned."""
    customers = work_customers.find_customers(session, found, purpose=purpose, actor=actor, now=now)
    return [ShownInvoice(each, customers[each.id]) for each in found]


def find_of_company(session: Session, *, company_id: str) -> Sequence[Invoice]:
    """Return the invoices of a company that is no person, open ones first, for its own page."""
    of_company = (Invoice.company_id == company_id, Invoice.subject_id.is_(None))
    order = (Invoice.is_open.desc(), Invoice.due_on.desc(), Invoice.id)
    return session.scalars(select(Invoice).where(*of_company).order_by(*order).limit(SHOWN)).all()


def find_open(session: Session, *, company_id: str | None, subject_id: str | None) -> Sequence[Invoice]:
    """Return what a person owes, and what the company owes that they speak for; the longest overdue first."""
    of_company = and_(Invoice.company_id == company_id, Invoice.subject_id.is_(None))
    own = Invoice.subject_id == subject_id
    about = of_company if subject_id is None else own if company_id is None else or_(own, of_company)
    return session.scalars(
        select(Invoice).where(about, Invoice.is_open.is_(True)).order_by(Invoice.due_on, Invoice.id).limit(PAGE_SIZE)
    ).all()


def _conditions(wanted: InvoiceFilter, today: date, actor: Actor) -> list[ColumnElement[bool]]:
    states: dict[Scope, list[ColumnElement[bool]]] = {
        Scope.OPEN: [Invoice.is_open.is_(True)],
        Scope.OVERDUE: [Invoice.is_open.is_(True), Invoice.due_on < today],
        Scope.ALL: [],
    }
    pairs = ((Invoice.company_id, wanted.company_id), (Invoice.subject_id, wanted.subject_id))
    # Asked through a function, or SQLite would look up all that have no person and sort them.
    of_companies = [] if actor.role in KEEPS_BOOKS else [func.coalesce(Invoice.subject_id, "") == ""]
    return [*states[wanted.scope], *(column == value for column, value in pairs if value), *of_companies]


def _figures(session: Session, conditions: Sequence[ColumnElement[bool]], *, of_open: bool) -> tuple[int, int]:
    """Return how many there are and what is owed of them; where all are open, one look at the index says both."""
    owed = func.sum(Invoice.gross_cents - Invoice.paid_cents)
    if of_open:
        count, cents = session.execute(select(func.count(), owed).select_from(Invoice).where(*conditions)).one()
        return count, int(cents or 0)
    count = session.scalar(select(func.count()).select_from(Invoice).where(*conditions)) or 0
    return count, int(session.scalar(select(owed).where(*conditions, Invoice.is_open.is_(True))) or 0)


def _beyond(session: Session, token: str, *, falls: bool) -> ColumnElement[bool]:
    key = Invoice.issued_on if falls else Invoice.due_on
    value = session.scalar(select(key).where(Invoice.id == token))
    if value is None:
        raise InvoicePageTokenError
    edge = tuple_(*(value, token))
    return tuple_(key, Invoice.id) < edge if falls else tuple_(key, Invoice.id) > edge
