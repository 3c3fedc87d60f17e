"""Invents invoices and letters, set as PDF, and files them about private customers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.documents import render
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure, documents, due, purposes
from crm.privacy.documents import NewDocument
from crm.privacy.documents.duty import PURPOSE
from crm.services.demo.inventions import Inventor

CUSTOMERS: Final = 8  # people with documents; setting a page costs time, and a few are enough to look at
_FIRM, _PLACE = "Auerfeld Fördertechnik GmbH", "Königstraße 12, 34117 Kassel"  # the firm of the demonstration
_ARTICLES: Final = (
    ("Wärmepumpe WP 8, Wartung", 18900),
    ("Dichtungssatz DN 50", 4250),
    ("Anfahrt, Pauschale", 6500),
    ("Pumpe P 200", 64900),
)


def invent_documents(session: Session, inventor: Inventor, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """File an invoice, and for every second person a letter, about each of these people."""
    duty = purposes.find_all(session).get(PURPOSE)
    clerk = Actor(pseudonym=actor.pseudonym, role=Role.ACCOUNTING)
    groups = (FieldGroup.IDENTITY, FieldGroup.ADDRESS)
    today = now.astimezone(due.zone_of(session)).date()
    people = disclosure.open_people(session, subject_ids=subject_ids, groups=groups, purpose=duty, actor=clerk, now=now)
    for number, person in enumerate(people[:CUSTOMERS], 4711):
        issued_on = today - timedelta(days=inventor.chance.randint(20, 900))
        papers = [_invoice(inventor, person.fields, issued_on, number)] + (
            [_letter(person.fields, issued_on, number)] if number % 2 else []
        )
        for paper in papers:
            documents.file(session, subject_id=person.subject_id, document=paper, purpose=duty, today=today, actor=clerk, now=now)


def _invoice(inventor: Inventor, fields: Any, issued_on: date, number: int) -> NewDocument:
    lines = [(name, inventor.chance.randint(1, 4), cents) for name, cents in inventor.chance.sample(_ARTICLES, 2)]
    net = sum(count * cents for _, count, cents in lines)
    tax = round(net * 0.19)
    rows = [[name, str(count), _euro(cents), _euro(count * cents)] for name, count, cents in lines]
    rows += [["Summe netto", "", "", _euro(net)], ["Umsatzsteuer 19 %", "", "", _euro(tax)], ["Rechnungsbetrag", "", "", _euro(net + tax)]]
    titles = (("Leistung", 4, False), ("Menge", 1, True), ("Einzelpreis", 2, True), ("Betrag", 2, True))
    blocks: list[dict[str, Any]] = [
        {"kind": "text", "text": "Guten Tag,\n\nfür unsere Leistungen berechnen wir Ihnen:"},
        {"kind": "table", "columns": [{"title": title, "share": share, "right": right} for title, share, right in titles], "rows": rows},
        {"kind": "text", "text": "Bitte überweisen Sie den Betrag innerhalb von 14 Tagen ohne Abzug."},
    ]
    title = f"Rechnung {number}"
    return NewDocument(
        rule="RET-10", title=title, content=render("letter", sheet_of(fields, issued_on, title, blocks)), issued_on=issued_on
    )


def _letter(fields: Any, issued_on: date, number: int) -> NewDocument:
    text = "Guten Tag,\n\nwir bestätigen Ihren Auftrag und liefern in der kommenden Woche. Bei Fragen rufen Sie uns gern an."
    title = f"Auftragsbestätigung {number}"
    sheet = sheet_of(fields, issued_on, title, [{"kind": "text", "text": text}])
    return NewDocument(rule="RET-11", title=title, content=render("letter", sheet), issued_on=issued_on)


def sheet_of(fields: Any, issued_on: date, title: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a sheet of the firm of the demonstration, as `crm.documents.render` takes it."""
    name = " ".join(fields[each] for each in ("title", "first_name", "last_name") if fields.get(each))
    town = f"{fields.get('postal_code', '')} {fields.get('city', '')}".strip()
    return {
        "language": "de",
        "region": "de",
        "title": title,
        "date": issued_on.isoformat(),
        "sender": {"name": _FIRM, "lines": [_PLACE]},
        "return_line": f"{_FIRM} · {_PLACE}",
        "recipient": [line for line in (name, fields.get("street", ""), town) if line],
        "information": [["Datum", f"{issued_on:%d.%m.%Y}"], ["Beleg", title]],
        "subject": title,
        "blocks": blocks,
        "footer": [[_FIRM, _PLACE], ["Erfunden für die Vorführung von Lethe"]],
        "page_words": ["Seite", "von"],
        "reference": title,
    }


def _euro(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d} €"
