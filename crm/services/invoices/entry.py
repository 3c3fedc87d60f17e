"""Invoices are recorded: copies of those in the ERP, or the documents themselves, which a statute makes us keep.

Source: § 257 HGB, § 147 AO; Art. 5(1)(c), 6(1)(c) DSGVO.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Compartment
from crm.errors import InvalidInputError, NotFoundError
from crm.models.field_groups import FieldGroup
from crm.models.invoice import Invoice, InvoiceSource
from crm.privacy import audit, disclosure, due, due_work, served, work_texts
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.privacy.work_texts import WorkText
from crm.services import forms, work_customers
from crm.services.contacts.fields import clean_line
from crm.services.forms import SentForm
from crm.services.invoices import errors
from crm.services.invoices.numbers import find_alike
from crm.services.work_customers import Chosen

KIND: Final = "invoice"
LONGEST_NUMBER: Final = 40  # characters
LONGEST_POSITION: Final = 120
MOST_POSITIONS: Final = 20
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Position:
    """One line of an invoice, net."""

    text: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceEntry:
    """What somebody typed into the form.

    Attributes:
        positions: none where they stand in the ERP alone.
    """

    number: str
    source: str
    company_id: str | None
    subject_id: str | None
    issued_on: date | None
    due_on: date | None
    net_cents: int
    gross_cents: int
    positions: tuple[Position, ...] = ()


_RECIPIENT: Final = (FieldGroup.IDENTITY, FieldGroup.ADDRESS)


def get_invoice(session: Session, *, invoice_id: str) -> Invoice:
    """Return an invoice.

    Raises:
        NotFoundError: there is none.
    """
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFoundError
    return invoice


def recipient_place(invoice_id: str, subject_id: str | None) -> WorkText:
    """Return where name and address of the recipient lie: beside the positions."""
    return WorkText("invoice", "sealed_recipient", invoice_id, subject_id, Compartment.RECORD)


def place_of(invoice_id: str, subject_id: str | None) -> WorkText:
    """Return where the positions of an invoice lie: with the documents of the person, which may outlive their profile."""
    return WorkText("invoice", "sealed_positions", invoice_id, subject_id, Compartment.RECORD)


def check(session: Session, entry: InvoiceEntry, *, today: date) -> list[InvalidInputError]:
    """Return everything that is wrong with an entry, for a form that shows all of it at once."""
    return [fault for test in _TESTS if (fault := test(session, entry, today)) is not None]


def record(session: Session, *, entry: InvoiceEntry, form: SentForm, purpose: Purpose, actor: Actor, now: datetime) -> str:
    """Record an invoice and return its id; the same form with the same content sent again records nothing.

    Raises:
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says, for a person.
        FormAlreadySavedError: the same form is being saved at this very moment.
    """
    invoice_id = forms.key_of(session, form)
    if session.get(Invoice, invoice_id):
        return invoice_id
    chosen = _require(session, entry, purpose, actor, now)
    sealed = {
        "sealed_positions": _seal(session, invoice_id, chosen.subject_id, entry.positions, now),
        "sealed_recipient": _seal_recipient(session, invoice_id, entry, chosen, purpose, actor, now),
    }
    with forms.sent_twice_is_known():
        session.add(Invoice(id=invoice_id, created_at=now, changed_at=now, version=1, **sealed, **_columns(session, entry, chosen)))
        session.flush()
    written = tuple(value for value in sealed.values() if value)
    enter(session, Action.INVOICE_RECORDED, chosen.subject_id, sealed=written, purpose=purpose, actor=actor, now=now)
    served.begin(session, [chosen.subject_id], actor=actor, now=now)
    return invoice_id


def enter(
    session: Session,
    action: Action,
    subject_id: str | None,
    *,
    sealed: Sequence[bytes] = (),
    result: str | None = None,
    purpose: Purpose,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter what was done to an invoice; amounts and contents stay out."""
    audit.record(
        session,
        action,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        kind=KIND,
        sealed=sealed,
        result=result,
    )


def read_positions(text: str) -> tuple[Position, ...]:
    """Return the positions of an opened invoice."""
    return tuple(Position(str(each[0]), int(each[1])) for each in json.loads(text))


def read_recipient(text: str) -> dict[str, str]:
    """Return name and address of the recipient of an opened invoice, by the names of the fields."""
    return {str(name): str(value) for name, value in json.loads(text).items()}


def _seal_recipient(
    session: Session, invoice_id: str, entry: InvoiceEntry, chosen: Chosen, purpose: Purpose, actor: Actor, now: datetime
) -> bytes | None:
    """Seal whom a document is for that is kept here; where the ERP keeps it, the copy goes with the person.

    Source: § 14(4) Nr. 1 UStG; § 147(1) Nr. 4 AO.
    """
    if entry.source != InvoiceSource.HERE or chosen.subject_id is None:
        return None
    opened = disclosure.open_person(session, subject_id=chosen.subject_id, groups=_RECIPIENT, purpose=purpose, actor=actor, now=now)
    text = json.dumps(dict(opened.fields), ensure_ascii=False)
    return work_texts.seal_record(session, recipient_place(invoice_id, chosen.subject_id), text, now=now)


def _seal(session: Session, invoice_id: str, subject_id: str | None, positions: tuple[Position, ...], now: datetime) -> bytes | None:
    if not positions:
        return None
    text = json.dumps([[_position(each), each.cents] for each in positions], ensure_ascii=False)
    return work_texts.seal_record(session, place_of(invoice_id, subject_id), text, now=now)


def _require(session: Session, entry: InvoiceEntry, purpose: Purpose, actor: Actor, now: datetime) -> Chosen:
    faults = check(session, entry, today=now.astimezone(due.zone_of(session)).date())
    if faults:
        raise faults[0]
    chosen = work_customers.require_customer(session, company_id=entry.company_id, subject_id=entry.subject_id)
    disclosure.require_role(purpose, actor)
    if chosen.subject_id:
        disclosure.require_access(session, subject_id=chosen.subject_id, purpose=purpose, actor=actor, now=now)
    return chosen


def _columns(session: Session, entry: InvoiceEntry, chosen: Chosen) -> dict[str, Any]:
    is_duty = entry.source == InvoiceSource.HERE and chosen.subject_id is not None
    return {
        "number": _number(entry),
        "source": entry.source,
        "company_id": chosen.company_id,
        "subject_id": chosen.subject_id,
        "issued_on": entry.issued_on,
        "due_on": entry.due_on,
        "net_cents": entry.net_cents,
        "gross_cents": entry.gross_cents,
        "paid_cents": 0,
        "is_open": True,
        "dunning_level": 0,
        "payments": "[]",
        "keep_until": due_work.keep_until(session, entry.issued_on) if is_duty and entry.issued_on else None,
    }


def _number(entry: InvoiceEntry) -> str:
    return clean_line(entry.number, field="number", longest=LONGEST_NUMBER)


def _position(position: Position) -> str:
    return clean_line(position.text, field="positions", longest=LONGEST_POSITION)


def _test_number(session: Session, entry: InvoiceEntry, _today: date) -> InvalidInputError | None:
    try:
        number = _number(entry)
    except InvalidInputError as fault:
        return fault
    if not number:
        return errors.InvoiceNumberError(field="number")
    return errors.InvoiceNumberTakenError(field="number") if find_alike(session, [number]) else None


def _test_source(_session: Session, entry: InvoiceEntry, _today: date) -> InvalidInputError | None:
    return None if entry.source in set(InvoiceSource) else errors.InvoiceSourceError(field="source")


def _test_customer(session: Session, entry: InvoiceEntry, _today: date) -> InvalidInputError | None:
    try:
        work_customers.require_customer(session, company_id=entry.company_id, subject_id=entry.subject_id)
    except InvalidInputError as fault:
        return fault
    return None


def _test_issued(session: Session, entry: InvoiceEntry, today: date) -> InvalidInputError | None:
    if entry.issued_on is None or not _FIRST_DAY <= entry.issued_on <= today:
        return errors.IssuedDayError(field="issued_on")
    is_over = entry.source == InvoiceSource.HERE and due_work.keep_until(session, entry.issued_on) < today
    return errors.DutyOverError(field="issued_on") if is_over else None


def _test_due(_session: Session, entry: InvoiceEntry, _today: date) -> InvalidInputError | None:
    earliest = entry.issued_on or _FIRST_DAY
    fits = entry.due_on is not None and earliest <= entry.due_on <= _LAST_DAY
    return None if fits else errors.DueDayError(field="due_on")


def _test_amounts(_session: Session, entry: InvoiceEntry, _today: date) -> InvalidInputError | None:
    return errors.NetAboveGrossError(field="net") if entry.net_cents > entry.gross_cents else None


def _test_positions(_session: Session, entry: InvoiceEntry, _today: date) -> InvalidInputError | None:
    try:
        if not all(_position(each) for each in entry.positions):
            return errors.PositionTextError(field="positions")
    except InvalidInputError as fault:
        return fault
    adds_up = not entry.positions or sum(each.cents for each in entry.positions) == entry.net_cents
    return None if adds_up else errors.PositionsDoNotAddUpError(field="positions")


_TESTS: Final = (_test_number, _test_source, _test_customer, _test_issued, _test_due, _test_amounts, _test_positions)
