"""Takes the rows of daily work of a batch in, or foretells for the dry run what taking them in would decide."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from crm.db import new_id
from crm.models.activity import Activity
from crm.models.campaign import Campaign, CampaignMember
from crm.models.deal import Deal
from crm.models.invoice import Invoice, InvoiceSource, number_key
from crm.models.ticket import Ticket
from crm.services import staff_names, work_rules
from crm.services.activities.entry import DO
from crm.services.deals.entry import SELLS
from crm.services.imports.decided import Decided
from crm.services.imports.fields import RowKind
from crm.services.imports.rows import Reason, Verdict, WorkRow
from crm.services.imports.terms import Terms
from crm.services.imports.work.customers import Customer, find_customers
from crm.services.imports.work.draft import Basis, Draft
from crm.services.imports.work.drafts import draft
from crm.services.imports.work.identity import row_id
from crm.services.imports.work.storing import Fresh, WorkStore
from crm.services.invoices.numbers import find_alike
from crm.services.tickets.entry import SERVES
from crm.services.tickets.service_hours import find_service_hours

_TABLES: Final[Mapping[RowKind, Any]] = {
    RowKind.CAMPAIGN: Campaign,
    RowKind.MEMBER: CampaignMember,
    RowKind.DEAL: Deal,
    RowKind.TICKET: Ticket,
    RowKind.ACTIVITY: Activity,
}
_NOBODY: Final = Customer()
Pair = tuple[str, Hashable]


@dataclass(slots=True)
class _Plan:
    """What becomes of the rows of a batch; nothing is written yet."""

    basis: Basis
    decided: dict[int, Decided] = field(default_factory=dict)
    fresh: list[Fresh] = field(default_factory=list)
    changed: dict[str, Mapping[str, Any]] = field(default_factory=dict)


class WorkTaker:
    """Takes rows of daily work in, on the terms of one import.

    Attributes:
        arriving: records that would come in earlier in the same import, each with what makes it one with others (dry run).
    """

    def __init__(self, system: str, terms: Terms, *, zone: ZoneInfo) -> None:
        self.arriving: dict[str, Hashable] = {}
        self._system = system
        self._terms = terms
        self._zone = zone
        self._pairs: set[Pair] = set()
        self._invoices: dict[str, Mapping[str, Any]] = {}  # of this file, by number: what the first row with it says

    def foretell(self, session: Session, rows: Sequence[WorkRow], *, now: datetime) -> list[Decided]:
        """Return what `take` would decide, without changing anything."""
        plan = self._plan(session, rows, now)
        self.arriving |= {row.record_id: row.record_id for row in rows if plan.decided[row.row].verdict is Verdict.CREATED}
        return [plan.decided[row.row] for row in rows]

    def take(self, session: Session, rows: Sequence[WorkRow], *, now: datetime) -> list[Decided]:
        """Take the rows in and return what became of each, in order."""
        plan = self._plan(session, rows, now)
        store = WorkStore(session, terms=self._terms, basis=plan.basis)
        store.add(rows[0].kind, plan.fresh)
        if plan.changed:
            store.update_invoices(plan.changed)
        return [plan.decided[row.row] for row in rows]

    def _plan(self, session: Session, rows: Sequence[WorkRow], now: datetime) -> _Plan:
        kind = rows[0].kind  # a batch is a part of one file
        plan = _Plan(self._basis(session, now))
        ids = {row.row: row_id(session, self._system, row.record_id) for row in rows}
        if kind is RowKind.INVOICE:
            self._plan_known_invoices(session, rows, plan)
        else:
            table = _TABLES[kind]
            present = set(session.scalars(select(table.id).where(table.id.in_(list(ids.values())))))
            plan.decided |= {row.row: _already_there(row) for row in rows if ids[row.row] in present}
        open_rows = [row for row in rows if row.row not in plan.decided]
        customers = self._customers(session, open_rows, now)
        campaigns = self._campaigns(session, open_rows)
        for row in open_rows:
            self._plan_one(row, ids[row.row], customers.get(row.row, _NOBODY), campaigns, plan)
        self._plan_members(session, open_rows, plan)
        return plan

    def _basis(self, session: Session, now: datetime) -> Basis:
        rules = work_rules.find(session)
        owners = {RowKind.DEAL: SELLS, RowKind.TICKET: SERVES, RowKind.ACTIVITY: DO}
        return Basis(
            rules=rules,
            hours=find_service_hours(session, rules),
            owner_id=self._terms.owner_id,
            owners={kind: frozenset(staff_names.find_holders(session, roles)) for kind, roles in owners.items()}
            if self._terms.owner_id
            else {},
            zone=self._zone,
            now=now,
        )

    def _customers(self, session: Session, rows: Sequence[WorkRow], now: datetime) -> Mapping[int, Customer | Reason]:
        if not rows or rows[0].kind is RowKind.CAMPAIGN:
            return {}
        return find_customers(session, self._system, rows, arriving=self.arriving, actor=self._terms.actor, now=now)

    def _campaigns(self, session: Session, rows: Sequence[WorkRow]) -> Mapping[str, str]:
        """Return the campaigns that the rows name and that are here, or would be, by record."""
        named = {row.campaign for row in rows if row.campaign}
        ids = {each: row_id(session, self._system, each) for each in named}
        present = set(session.scalars(select(Campaign.id).where(Campaign.id.in_(list(ids.values()))))) if ids else set()
        return {each: id_ for each, id_ in ids.items() if id_ in present or each in self.arriving}

    def _plan_one(self, row: WorkRow, id_: str, customer: Customer | Reason, campaigns: Mapping[str, str], plan: _Plan) -> None:
        if row.kind is RowKind.MEMBER and row.campaign not in campaigns:
            customer = Reason.CAMPAIGN_NOT_HERE
        if isinstance(customer, Reason):
            verdict = Verdict.REFUSED if customer is Reason.WITHOUT_CUSTOMER else Verdict.SKIPPED
            plan.decided[row.row] = Decided(row.row, verdict, (customer,))
            return
        made = draft(row, plan.basis)
        if made.refused:
            plan.decided[row.row] = Decided(row.row, Verdict.REFUSED, (made.refused,))
            return
        number = str(row.values.get("number", ""))
        if row.kind is RowKind.INVOICE:
            if first := self._invoices.get(number_key(number)):
                plan.decided[row.row] = _twice(row, first, made)
                return
            self._invoices[number_key(number)] = made.columns
        id_ = new_id() if row.kind is RowKind.INVOICE else id_
        plan.decided[row.row] = Decided(row.row, Verdict.CREATED, tuple(made.remarks))
        plan.fresh.append(Fresh(id_, made, customer, number=number, campaign_id=campaigns.get(row.campaign, "")))

    def _plan_members(self, session: Session, rows: Sequence[WorkRow], plan: _Plan) -> None:
        """Let each person be a member of a campaign once, though the other system knows them by several records."""
        if not rows or rows[0].kind is not RowKind.MEMBER:
            return
        created = [row for row in rows if plan.decided[row.row].verdict is Verdict.CREATED]
        wanted = [(each.campaign_id, each.customer.subject_id) for each in plan.fresh if each.customer.subject_id]
        pair = tuple_(CampaignMember.campaign_id, CampaignMember.subject_id)
        met: set[Pair] = {(campaign, subject) for campaign, subject in session.execute(select(*pair.clauses).where(pair.in_(wanted)))}
        met |= self._pairs
        kept = []
        for row, each in zip(created, plan.fresh, strict=True):
            key = each.customer.subject_id or each.customer.arrival
            if (each.campaign_id, key) in met:
                plan.decided[row.row] = Decided(row.row, Verdict.SKIPPED, (Reason.MEMBER_TWICE,))
                continue
            met.add((each.campaign_id, key))
            self._pairs.add((each.campaign_id, key))
            kept.append(each)
        plan.fresh = kept

    def _plan_known_invoices(self, session: Session, rows: Sequence[WorkRow], plan: _Plan) -> None:
        """Decide about invoices whose number is here: the ERP says how they stand now, but not of those that are kept here."""
        known = find_alike(session, {str(row.values.get("number", "")) for row in rows})
        for row in rows:
            number = number_key(str(row.values.get("number", "")))
            invoice = known.pop(number, None)
            if invoice is None:
                continue
            made = draft(row, plan.basis)
            self._invoices[number] = made.columns or {"number": invoice.number}
            if invoice.source != InvoiceSource.ERP:
                plan.decided[row.row] = Decided(row.row, Verdict.REFUSED, (Reason.INVOICE_KEPT_HERE,))
            elif made.refused:
                plan.decided[row.row] = Decided(row.row, Verdict.REFUSED, (made.refused,))
            elif changed := _changes(invoice, made):
                plan.changed[invoice.id] = changed
                plan.decided[row.row] = Decided(row.row, Verdict.MERGED, (Reason.INVOICE_UPDATED,))
            else:
                plan.decided[row.row] = _already_there(row)


def _changes(invoice: Invoice, made: Draft) -> dict[str, Any]:
    """Return what the ERP says differently by now; another way of writing the number is no change."""
    return {name: value for name, value in made.columns.items() if name != "number" and getattr(invoice, name) != value}


def _twice(row: WorkRow, first: Mapping[str, Any], made: Draft) -> Decided:
    if _but_number(first) == _but_number(made.columns):
        return Decided(row.row, Verdict.SKIPPED, (Reason.INVOICE_TWICE,))
    return Decided(row.row, Verdict.REFUSED, (Reason.INVOICE_TWICE_OTHERWISE,))


def _but_number(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name != "number"}


def _already_there(row: WorkRow) -> Decided:
    return Decided(row.row, Verdict.SKIPPED, (Reason.ALREADY_IMPORTED,))
