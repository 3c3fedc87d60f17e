"""Writes rows of daily work with their sealed texts, their moves and their entries in the log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.db import Base, insert_rows, new_id
from crm.models.activity import Activity
from crm.models.campaign import Campaign, CampaignMember
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.deal import Deal, DealMove
from crm.models.field_groups import FieldGroup
from crm.models.invoice import Invoice, number_key
from crm.models.ticket import Ticket, TicketEntry, TicketEntryKind
from crm.privacy import audit, due_work, served, work_texts
from crm.privacy.actions import Action
from crm.privacy.audit import Entry
from crm.privacy.work_texts import WorkText
from crm.services.imports.fields import RowKind
from crm.services.imports.terms import Terms
from crm.services.imports.work.customers import Customer
from crm.services.imports.work.draft import Basis, Draft
from crm.services.tickets.numbers import next_number

_LONGEST_NUMBER: Final = 20  # of a ticket, in characters
_ACTIONS: Final[Mapping[RowKind, Action]] = {
    RowKind.CAMPAIGN: Action.CAMPAIGN_CREATED,
    RowKind.DEAL: Action.DEAL_CREATED,
    RowKind.TICKET: Action.TICKET_OPENED,
    RowKind.ACTIVITY: Action.ACTIVITY_CREATED,
    RowKind.INVOICE: Action.INVOICE_RECORDED,
}


@dataclass(frozen=True, slots=True)
class Fresh:
    """One row that is new here, with the id it gets."""

    id: str
    draft: Draft
    customer: Customer
    number: str = ""
    campaign_id: str = ""


class WorkStore:
    """Writes what is new, on the terms of one import."""

    def __init__(self, session: Session, *, terms: Terms, basis: Basis) -> None:
        self._session = session
        self._terms = terms
        self._basis = basis
        self._now = basis.now

    def add(self, kind: RowKind, rows: Sequence[Fresh]) -> None:
        """Write rows of one kind, with an entry for each."""
        if not rows:
            return
        writers: Mapping[RowKind, Callable[[Sequence[Fresh]], list[bytes | None]]] = {
            RowKind.CAMPAIGN: self._campaigns,
            RowKind.MEMBER: self._members,
            RowKind.DEAL: self._deals,
            RowKind.TICKET: self._tickets,
            RowKind.ACTIVITY: self._activities,
            RowKind.INVOICE: self._invoices,
        }
        sealed = writers[kind](rows)
        if kind in _ACTIONS:
            self._enter(_ACTIONS[kind], kind, rows, sealed)

    def update_invoices(self, changed: Mapping[str, Mapping[str, Any]]) -> None:
        """Bring known invoices to what the ERP says of them now: {invoice id: changed columns}."""
        subjects: dict[str, str | None] = {}
        for invoice_id, values in changed.items():
            mine = update(Invoice).where(Invoice.id == invoice_id)
            written = mine.values(**values, changed_at=self._now, version=Invoice.version + 1).returning(Invoice.subject_id)
            subjects[invoice_id] = self._session.scalar(written)
        self._refresh_due(list(subjects.values()))
        entries = [self._entry(Action.INVOICE_RECORDED, RowKind.INVOICE, each, None, result="updated") for each in subjects.values()]
        audit.record_all(self._session, entries, actor=self._terms.actor, now=self._now)

    def _campaigns(self, rows: Sequence[Fresh]) -> list[bytes | None]:
        made = {"created_at": self._now, "created_by": self._terms.actor.pseudonym, "version": 1}
        self._insert(Campaign, [{"id": each.id, **each.draft.columns, **made} for each in rows])
        return [None] * len(rows)

    def _members(self, rows: Sequence[Fresh]) -> list[bytes | None]:
        people = [each.customer.subject_id for each in rows if each.customer.subject_id]
        groups = self._segments(people)
        self._insert(
            CampaignMember,
            [
                {
                    "id": each.id,
                    "campaign_id": each.campaign_id,
                    "subject_id": each.customer.subject_id,
                    "segment": groups.get(each.customer.subject_id or ""),
                    **each.draft.columns,
                }
                for each in rows
            ],
        )
        purpose = self._terms.purpose
        about: dict[str, Any] = {"purpose": purpose.code, "basis": purpose.basis}
        audit.record(
            self._session,
            Action.CAMPAIGN_MEMBERS_ADDED,
            actor=self._terms.actor,
            now=self._now,
            subjects=list(dict.fromkeys(people)),
            **about,
        )
        return [None] * len(rows)

    def _segments(self, people: Sequence[str]) -> dict[str, str]:
        group = func.coalesce(Contact.segment, Company.segment)
        wanted = (
            select(Contact.subject_id, group).outerjoin(Company, Company.id == Contact.company_id).where(Contact.subject_id.in_(people))
        )
        return dict(self._session.execute(wanted).all())

    def _deals(self, rows: Sequence[Fresh]) -> list[bytes | None]:
        sealed = self._seal("deal", "sealed_title", rows)
        self._insert(
            Deal,
            [
                {"id": each.id, **_whom(each), **each.draft.columns, **self._made(), "sealed_title": value}
                for each, value in zip(rows, sealed, strict=True)
            ],
        )
        self._insert(DealMove, [move for each in rows for move in self._moves(each)])
        return sealed

    def _moves(self, row: Fresh) -> list[dict[str, Any]]:
        """Return how a deal came to its stage, as far as the source tells: begun in the first, and where it is now."""
        columns, first = row.draft.columns, next(iter(self._basis.rules.stages))
        steps = [(columns["stage"], columns["closed_on"] or columns["opened_on"])]
        if columns["closed_on"] and columns["stage"] != first:
            steps.insert(0, (first, columns["opened_on"]))
        author = self._terms.actor.pseudonym
        return [
            {"id": new_id(), "deal_id": row.id, "stage": stage, "moved_at": self._basis.start_of(day), "moved_by": author}
            for stage, day in steps
        ]

    def _tickets(self, rows: Sequence[Fresh]) -> list[bytes | None]:
        sealed = self._seal("ticket", "sealed_subject", rows)
        made = {"opened_by": self._terms.actor.pseudonym, "changed_at": self._now, "version": 1}
        numbers = self._ticket_numbers(rows)
        self._insert(
            Ticket,
            [
                {"id": each.id, "number": number, **_whom(each), **each.draft.columns, **made, "sealed_subject": value}
                for each, number, value in zip(rows, numbers, sealed, strict=True)
            ],
        )
        self._entries([each for each in rows if each.draft.text])
        self._serve(rows)
        self._refresh_due([each.customer.subject_id for each in rows])
        return sealed

    def _ticket_numbers(self, rows: Sequence[Fresh]) -> list[str]:
        """Return the numbers that customers know, where they are free; the others are numbered here."""
        wanted = {each.number for each in rows if 0 < len(each.number) <= _LONGEST_NUMBER}
        taken = set(self._session.scalars(select(Ticket.number).where(Ticket.number.in_(list(wanted)))))
        numbers = []
        for each in rows:
            number = each.number if each.number in wanted - taken else ""
            numbers.append(number or next_number(self._session, year=self._basis.today.year))
            taken.add(number)
        return numbers

    def _entries(self, rows: Sequence[Fresh]) -> None:
        ids = [new_id() for _ in rows]
        places = [WorkText("ticket_entry", "sealed_text", id_, each.customer.subject_id) for id_, each in zip(ids, rows, strict=True)]
        sealed = work_texts.seal_many(self._session, [(place, each.draft.text) for place, each in zip(places, rows, strict=True)])
        self._insert(
            TicketEntry,
            [
                {
                    "id": place.row_id,
                    "ticket_id": each.id,
                    "subject_id": each.customer.subject_id,
                    "kind": TicketEntryKind.FROM_CUSTOMER.value,
                    "way": each.draft.way,
                    "author": self._terms.actor.pseudonym,
                    "said_at": each.draft.columns["opened_at"],
                    "sealed_text": value,
                }
                for place, each, value in zip(places, rows, sealed, strict=True)
            ],
        )

    def _activities(self, rows: Sequence[Fresh]) -> list[bytes | None]:
        sealed = self._seal("activity", "sealed_text", rows)
        made = {"created_at": self._now, "created_by": self._terms.actor.pseudonym, "version": 1}
        self._insert(
            Activity,
            [
                {"id": each.id, "deal_id": each.customer.deal_id, **_whom(each), **each.draft.columns, **made, "sealed_text": value}
                for each, value in zip(rows, sealed, strict=True)
            ],
        )
        return sealed

    def _invoices(self, rows: Sequence[Fresh]) -> list[bytes | None]:
        fixed = {"payments": "[]", "dunned_on": None, "sealed_positions": None}
        self._insert(Invoice, [_invoice(each) | self._made() | fixed for each in rows])
        self._serve(rows)
        self._refresh_due([each.customer.subject_id for each in rows])
        return [None] * len(rows)

    def _serve(self, rows: Sequence[Fresh]) -> None:
        served.begin(self._session, [each.customer.subject_id for each in rows], actor=self._terms.actor, now=self._now)

    def _made(self) -> dict[str, Any]:
        return {"created_at": self._now, "changed_at": self._now, "version": 1}

    def _seal(self, table: str, column: str, rows: Sequence[Fresh]) -> list[bytes | None]:
        """Seal the titles of rows; one without a title has none."""
        titled = [each for each in rows if each.draft.title]
        places = [(WorkText(table, column, each.id, each.customer.subject_id), each.draft.title) for each in titled]
        sealed = dict(zip([each.id for each in titled], work_texts.seal_many(self._session, places), strict=True))
        return [sealed.get(each.id) for each in rows]

    def _refresh_due(self, subject_ids: Sequence[str | None]) -> None:
        people = list(dict.fromkeys(each for each in subject_ids if each))
        if people:
            due_work.refresh_all_of(self._session, people, zone=self._basis.zone)

    def _insert(self, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        insert_rows(self._session.connection(), table, rows)

    def _enter(self, action: Action, kind: RowKind, rows: Sequence[Fresh], sealed: Sequence[bytes | None]) -> None:
        entries = [self._entry(action, kind, each.customer.subject_id, value) for each, value in zip(rows, sealed, strict=True)]
        audit.record_all(self._session, entries, actor=self._terms.actor, now=self._now)

    def _entry(self, action: Action, kind: RowKind, subject_id: str | None, sealed: bytes | None, *, result: str = "imported") -> Entry:
        purpose = self._terms.purpose
        return Entry(
            action=action,
            subject_id=subject_id,
            purpose=purpose.code,
            basis=purpose.basis,
            kind=kind.value,
            groups=(FieldGroup.NOTES,) if subject_id and sealed else (),
            sealed=(sealed,) if sealed else (),
            result=result,
        )


def _invoice(row: Fresh) -> dict[str, Any]:
    return {"id": row.id, **_whom(row), **row.draft.columns, "number_key": number_key(row.draft.columns["number"])}


def _whom(row: Fresh) -> dict[str, str | None]:
    return {"company_id": row.customer.company_id, "subject_id": row.customer.subject_id}
