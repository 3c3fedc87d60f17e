"""Invents what service and accounting work with: tickets in every state, what was said about them, invoices, texts for replies."""

import json
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.db import insert_rows, new_id
from crm.models.contact import Contact
from crm.models.invoice import Invoice, InvoiceEnd, InvoiceSource, number_key
from crm.models.ticket import ReplyTemplate, Ticket, TicketEntry, TicketEntryKind, TicketState, TicketWay
from crm.privacy import audit, due, due_work, lawfulness, purposes, work_texts
from crm.privacy.actions import Action
from crm.privacy.lawfulness import Standing
from crm.services import work_rules
from crm.services.demo.inventions import SEED
from crm.services.invoices import entry as invoices
from crm.services.tickets import promises
from crm.services.tickets.entry import KIND, place_of
from crm.services.tickets.numbers import next_number
from crm.services.tickets.saying import entry_place
from crm.services.tickets.service_hours import find_service_hours

TICKETS: Final = 36
INVOICES: Final = 90
_MATTERS: Final = {
    "fault": ("FX 12: Dichtung tropft nach Wechsel", "LP 40: Geräusch im Teillastbetrieb", "Steuerung meldet Fehler E17"),
    "complaint": ("Falsche Farbe geliefert", "Lieferung beschädigt angekommen"),
    "question": ("Welche Filter passen zum FX 12?", "Wartungsintervall der LP 40"),
    "invoice": ("Rechnung doppelt erhalten", "Skonto nicht abgezogen"),
    "delivery": ("Liefertermin Ersatzteile", "Teillieferung fehlt"),
}
_SAID: Final = (
    (TicketEntryKind.FROM_CUSTOMER, "Das Problem besteht seit letzter Woche; die Anlage läuft nur mit halber Leistung."),
    (TicketEntryKind.INTERNAL, "Ersatzteil ist auf Lager, Technik hat am Donnerstag einen Termin frei."),
    (TicketEntryKind.REPLY, "Wir haben den Fall aufgenommen und melden uns mit einem Termin."),
)
_SERVICES: Final = ("Ersatzteile LP 40", "Wartung Herbst", "Filter FX 12", "Inspektion", "Dichtsatz B", "Anfahrt und Montage")
_TEXTS: Final = (
    (
        "Eingang bestätigt",
        "Guten Tag {name},\n\nwir haben Ihr Anliegen unter der Nummer {ticket} aufgenommen und melden uns.",
        "Hello {name},\n\nwe have taken down your matter under the number {ticket} and will be in touch.",
    ),
    (
        "Termin vorschlagen",
        "Guten Tag {name},\n\nzu {ticket} kann unsere Technik am kommenden Dienstag um 10 Uhr bei Ihnen sein. Passt Ihnen das?",
        "Hello {name},\n\nabout {ticket}: our technician can be with you next Tuesday at 10. Does that suit you?",
    ),
    (
        "Gelöst",
        "Guten Tag {name},\n\n{ticket} ist gelöst. Sollte etwas offen sein, antworten Sie bitte auf diese Nachricht.",
        "Hello {name},\n\n{ticket} is solved. If anything is left open, please reply to this message.",
    ),
)


def invent_service(
    session: Session,
    *,
    callers: Sequence[str],
    customers: Sequence[str],
    companies: Sequence[str],
    staff: dict[Role, list[str]],
    actor: Actor,
    now: datetime,
) -> None:
    """Make tickets of people and companies, invoices of companies and private customers, and texts for replies.

    Args:
        callers: people whom service may help.
        customers: people who are contract parties themselves.
    """
    chance = random.Random(SEED)  # noqa: S311 - invented data, the same every time
    templates = [
        {"code": new_id(), "title": title, "text_de": de, "text_en": en, "changed_at": now, "version": 1} for title, de, en in _TEXTS
    ]
    insert_rows(session.connection(), ReplyTemplate, templates)
    _add_tickets(session, chance, _usable(session, callers, Role.SERVICE, now), companies, staff[Role.SERVICE], actor, now)
    _add_invoices(session, chance, _usable(session, customers, Role.ACCOUNTING, now), companies, actor, now)


def _usable(session: Session, subject_ids: Sequence[str], role: Role, now: datetime) -> list[str]:
    """Return those whom the role may use."""
    purpose = next(each for each in purposes.find_all(session) if role in each.roles)
    states = lawfulness.find_states(session, subject_ids, now=now)
    return [each for each in subject_ids if lawfulness.standing(purpose, states[each], now=now) is Standing.ALLOWED]


def _add_tickets(
    session: Session,
    chance: random.Random,
    callers: Sequence[str],
    companies: Sequence[str],
    owners: Sequence[str],
    actor: Actor,
    now: datetime,
) -> None:
    employers = dict(session.execute(select(Contact.subject_id, Contact.company_id).where(Contact.subject_id.in_(callers))).all())
    # From the oldest on, because numbers follow the time.
    moments = sorted(now - timedelta(hours=chance.randint(2, 24 * 40)) for _ in range(TICKETS))
    rows, said = [], []
    for opened_at in moments:
        caller = chance.choice(callers) if chance.random() < 0.7 else None  # noqa: PLR2004 - most are about people
        company = employers.get(caller) if caller else chance.choice(companies)
        row = _ticket(session, chance, caller, company, chance.choice(owners), opened_at, now)
        rows.append(row)
        said += _entries(session, chance, row, actor)
    insert_rows(session.connection(), Ticket, rows)
    insert_rows(session.connection(), TicketEntry, said)
    opened = [
        audit.Entry(action=Action.TICKET_OPENED, subject_id=row["subject_id"], kind=KIND, sealed=(row["sealed_subject"],)) for row in rows
    ]
    written = [
        audit.Entry(action=Action.TICKET_WRITTEN, subject_id=row["subject_id"], kind=KIND, sealed=(row["sealed_text"],)) for row in said
    ]
    audit.record_all(session, [*opened, *written], actor=actor, now=now)
    due_work.refresh_all_of(session, callers, zone=due.zone_of(session))


def _ticket(
    session: Session, chance: random.Random, caller: str | None, company: str | None, owner: str, opened_at: datetime, now: datetime
) -> dict[str, Any]:
    rules, ticket_id, topic = work_rules.find(session), new_id(), chance.choice(list(_MATTERS))
    priority = chance.choice(list(rules.priorities.values()))
    promised = promises.promise(find_service_hours(session, rules), priority, opened_at)
    is_old = now - opened_at > timedelta(days=5)
    state = chance.choice((TicketState.CLOSED, TicketState.CLOSED, TicketState.WAITING)) if is_old else TicketState.OPEN
    return {
        "id": ticket_id,
        "number": next_number(session, year=opened_at.year),
        "subject_id": caller,
        "company_id": company,
        "owner_id": owner if chance.random() < 0.8 else None,  # noqa: PLR2004 - some wait for somebody
        "topic": topic,
        "priority": priority.code,
        "state": state.value,
        "opened_at": opened_at,
        "opened_by": "system:demo",
        "answer_by": promised.answer_by,
        "solve_by": promised.solve_by,
        "answered_at": opened_at + timedelta(hours=1) if is_old else None,
        "waiting_since": opened_at + timedelta(hours=2) if state is TicketState.WAITING else None,
        "closed_at": opened_at + timedelta(days=chance.randint(1, 4)) if state is TicketState.CLOSED else None,
        "changed_at": opened_at,
        "version": 1,
        "sealed_subject": work_texts.seal(session, place_of(ticket_id, caller), chance.choice(_MATTERS[topic])),
    }


def _entries(session: Session, chance: random.Random, ticket: dict[str, Any], actor: Actor) -> list[dict[str, Any]]:
    number = len(_SAID) if ticket["answered_at"] else chance.randint(1, 2)
    rows = []
    for minutes, (kind, text) in enumerate(_SAID[:number]):
        entry_id = new_id()
        rows.append(
            {
                "id": entry_id,
                "ticket_id": ticket["id"],
                "subject_id": ticket["subject_id"],
                "kind": kind.value,
                "way": None if kind is TicketEntryKind.INTERNAL else TicketWay.PHONE.value,
                "author": actor.pseudonym,
                "said_at": ticket["opened_at"] + timedelta(minutes=20 * minutes),
                "sealed_text": work_texts.seal(session, entry_place(entry_id, ticket["subject_id"]), text),
            }
        )
    return rows


def _add_invoices(
    session: Session, chance: random.Random, customers: Sequence[str], companies: Sequence[str], actor: Actor, now: datetime
) -> None:
    today = now.astimezone(due.zone_of(session)).date()
    rows = []
    for number in range(INVOICES):
        subject = chance.choice(customers) if customers and number % 6 == 0 else None
        rows.append(_invoice(session, chance, number, subject, None if subject else chance.choice(companies), today, now))
    insert_rows(session.connection(), Invoice, rows)
    entries = [
        audit.Entry(action=Action.INVOICE_RECORDED, subject_id=row["subject_id"], kind=invoices.KIND, sealed=(row["sealed_positions"],))
        for row in rows
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    due_work.refresh_all_of(session, customers, zone=due.zone_of(session))


def _invoice(
    session: Session, chance: random.Random, number: int, subject_id: str | None, company_id: str | None, today: date, now: datetime
) -> dict[str, Any]:
    invoice_id, issued_on = new_id(), today - timedelta(days=chance.randint(1, 300))
    due_on, net = issued_on + timedelta(days=14), chance.randint(4_000, 900_000)
    gross = net + round(net * 0.19)
    is_paid = due_on < today and chance.random() < 0.75  # noqa: PLR2004 - three in four
    level = 0 if is_paid or due_on >= today else min((today - due_on).days // 30, 3)
    source = InvoiceSource.HERE if subject_id and number % 12 == 0 else InvoiceSource.ERP
    paid_on = min(due_on + timedelta(days=chance.randint(-5, 10)), today)
    name = f"R-{issued_on.year}-{3001 + number}"
    text = json.dumps([[chance.choice(_SERVICES), net]], ensure_ascii=False)
    return {
        "id": invoice_id,
        "number": name,
        "number_key": number_key(name),
        "source": source.value,
        "company_id": company_id,
        "subject_id": subject_id,
        "issued_on": issued_on,
        "due_on": due_on,
        "net_cents": net,
        "gross_cents": gross,
        "paid_cents": gross if is_paid else 0,
        "settled_on": paid_on if is_paid else None,
        "ended_as": InvoiceEnd.PAID.value if is_paid else None,
        "keep_until": due_work.keep_until(issued_on) if source is InvoiceSource.HERE else None,
        "is_open": not is_paid,
        "dunning_level": level,
        "dunned_on": due_on + timedelta(days=30 * level) if level else None,
        "payments": json.dumps([[paid_on.isoformat(), gross]]) if is_paid else "[]",
        "created_at": now,
        "changed_at": now,
        "version": 1,
        "sealed_positions": work_texts.seal_record(session, invoices.place_of(invoice_id, subject_id), text, now=now),
    }
