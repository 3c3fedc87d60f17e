"""The areas of the staff site. An entry shows when its page exists and the reader's role may open it."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, request
from flask_babel.speaklater import LazyString

from crm.site.access import may
from crm.site.i18n import _l


@dataclass(frozen=True, slots=True)
class Entry:
    """One area: its first page, its name, its icon.

    Attributes:
        short: the name where there is little room, on a phone.
        area: the blueprint whose pages light the entry up.
    """

    endpoint: str
    title: LazyString
    short: LazyString
    icon: str
    area: str


@dataclass(frozen=True, slots=True)
class Section:
    """Areas under one heading."""

    title: LazyString
    entries: tuple[Entry, ...]


STAFF_SECTIONS: Final = (
    Section(
        _l("Arbeit"),
        (
            Entry("home.index", _l("Mein Arbeitsplatz"), _l("Arbeitsplatz"), "home", "home"),
            Entry("calls.index", _l("Anruf"), _l("Anruf"), "phone", "calls"),
            Entry("tickets.index", _l("Tickets"), _l("Tickets"), "flag", "tickets"),
            Entry("contacts.index", _l("Kontakte"), _l("Kontakte"), "people", "contacts"),
            Entry("companies.index", _l("Firmen"), _l("Firmen"), "building", "companies"),
            Entry("deals.board", _l("Verkaufschancen"), _l("Chancen"), "chart", "deals"),
            Entry("activities.listing", _l("Aktivitäten"), _l("Zu tun"), "clock", "activities"),
            Entry("campaigns.index", _l("Kampagnen"), _l("Kampagnen"), "flag", "campaigns"),
            Entry("reports.quarter", _l("Quartalszahlen"), _l("Zahlen"), "chart", "reports"),
            Entry("invoices.index", _l("Rechnungen"), _l("Rechnungen"), "euro", "invoices"),
            Entry("documents.index", _l("Unterlagen"), _l("Unterlagen"), "doc", "documents"),
            Entry("imports.index", _l("Importe"), _l("Importe"), "plus", "imports"),
            Entry("exports.index", _l("Exporte"), _l("Exporte"), "download", "exports"),
        ),
    ),
    Section(
        _l("Datenschutz"),
        (
            Entry("requests.index", _l("Anträge"), _l("Anträge"), "scale", "requests"),
            Entry("custom_fields.index", _l("Eigene Felder"), _l("Felder"), "plus", "custom_fields"),
        ),
    ),
    Section(
        _l("Vergessen"),
        (
            Entry("review.show", _l("Karteileichen"), _l("Aufräumen"), "forget", "review"),
            Entry("retention.index", _l("Löschkonzept"), _l("Löschen"), "clock", "retention"),
            Entry("holds.index", _l("Löschsperren"), _l("Sperren"), "lock", "holds"),
        ),
    ),
    Section(_l("Kontrolle"), (Entry("ledger.index", _l("Protokoll"), _l("Protokoll"), "ledger", "ledger"),)),
    Section(
        _l("Verwaltung"),
        (
            Entry("work_rules.index", _l("Arbeitsregeln"), _l("Regeln"), "flag", "work_rules"),
            Entry("setup.index", _l("Einrichtung"), _l("Einrichtung"), "flag", "setup"),
            Entry("users.index", _l("Benutzer"), _l("Benutzer"), "gear", "users"),
            Entry("account.show", _l("Mein Konto"), _l("Konto"), "person", "account"),
        ),
    ),
)


def install(app: Flask, sections: tuple[Section, ...]) -> None:
    """Give templates `navigation()`."""

    def navigation() -> list[tuple[LazyString, list[Entry]]]:
        shown = [(section.title, [entry for entry in section.entries if may(entry.endpoint)]) for section in sections]
        return [(title, entries) for title, entries in shown if entries]

    app.jinja_env.globals.update(navigation=navigation, current_area=lambda: request.blueprint)
