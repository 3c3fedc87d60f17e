"""Imports in words: what a file is about, where its columns can go, how far it is. The order is that of the selects."""

from collections.abc import Mapping
from typing import Final

from flask_babel import force_locale
from flask_babel.speaklater import LazyString

from crm.models.import_upload import UploadState
from crm.services.imports.fields import RowKind
from crm.site.i18n import LANGUAGES, _l
from crm.site.words import FIELD_TITLES

KIND_TITLES: Final[Mapping[RowKind, LazyString]] = {
    RowKind.PERSON: _l("Kontakte"),
    RowKind.COMPANY: _l("Firmen"),
    RowKind.DEAL: _l("Verkaufschancen"),
    RowKind.ACTIVITY: _l("Aktivitäten"),
    RowKind.TICKET: _l("Tickets"),
    RowKind.INVOICE: _l("Rechnungen"),
}

STATE_TITLES: Final[Mapping[UploadState, LazyString]] = {
    UploadState.MAPPING: _l("Spalten zuordnen"),
    UploadState.CHECKING: _l("Probelauf"),
    UploadState.CHECKED: _l("wartet auf Ihren Start"),
    UploadState.QUEUED: _l("beginnt gleich"),
    UploadState.RUNNING: _l("wird eingelesen"),
    UploadState.DONE: _l("eingelesen"),
    UploadState.FAILED: _l("abgebrochen"),
    UploadState.GONE: _l("nicht mehr da"),
}

_RECORD: Final[Mapping[str, LazyString]] = {"id": _l("Nummer im anderen System"), "deleted": _l("Dort gelöscht")}
_AGES: Final[Mapping[str, LazyString]] = {
    "origin": _l("Herkunft"),
    "created_at": _l("Angelegt am"),
    "last_contact_at": _l("Letzter Kontakt"),
}
_WISHES: Final[Mapping[str, LazyString]] = {
    "no_marketing": _l("Keine Werbung"),
    "no_email": _l("Keine Werbung per E-Mail"),
    "no_phone": _l("Keine Anrufe"),
    "no_letter": _l("Keine Werbung per Brief"),
    "no_use": _l("Widerspricht der Nutzung"),
    "forget": _l("Will gelöscht werden"),
}
_WHOM: Final[Mapping[str, LazyString]] = {
    "email": _l("E-Mail der Person"),
    "company_name": _l("Name der Firma"),
    "person": _l("Nummer der Person"),
    "company": _l("Nummer der Firma"),
}
_PERSON: Final[Mapping[str, LazyString]] = {
    **{name: title for name, title in FIELD_TITLES.items() if name not in {"name", "website"}},
    "full_name": _l("Ganzer Name"),
    "company": _l("Firma"),
    **_AGES,
    **_WISHES,
    **_RECORD,
}
_COMPANY: Final[Mapping[str, LazyString]] = {
    **{name: FIELD_TITLES[name] for name in ("name", "street", "postal_code", "city", "country", "phone", "website")},
    "segment": _l("Segment"),
    "relation": _l("Art der Beziehung"),
    "natural_person": _l("Einzelunternehmen"),
    **{name: FIELD_TITLES[name] for name in ("salutation", "first_name", "last_name", "email", "mobile")},
    **_AGES,
    **_WISHES,
    **_RECORD,
}
_DEAL: Final[Mapping[str, LazyString]] = {
    "title": _l("Titel"),
    **_WHOM,
    "stage": _l("Stufe"),
    "amount": _l("Betrag"),
    "probability": _l("Wahrscheinlichkeit"),
    "product": _l("Produkt"),
    "region": _l("Region"),
    "expected_on": _l("Abschluss erwartet am"),
    "opened_on": _l("Eröffnet am"),
    "closed_on": _l("Abgeschlossen am"),
    "is_closed": _l("Abgeschlossen"),
    "is_won": _l("Gewonnen"),
    "loss_reason": _l("Verlustgrund"),
    **_RECORD,
}
_ACTIVITY: Final[Mapping[str, LazyString]] = {
    "title": _l("Was zu tun ist"),
    **_WHOM,
    "kind": _l("Art"),
    "due_on": _l("Fällig am"),
    "state": _l("Stand"),
    "is_closed": _l("Erledigt"),
    "matter": _l("Nummer der Chance"),
    **_RECORD,
}
_TICKET: Final[Mapping[str, LazyString]] = {
    "number": _l("Ticketnummer"),
    "title": _l("Betreff"),
    "text": _l("Anliegen"),
    **_WHOM,
    "topic": _l("Thema"),
    "priority": _l("Priorität"),
    "state": _l("Stand"),
    "way": _l("Eingang"),
    "opened_at": _l("Eröffnet am"),
    "closed_at": _l("Geschlossen am"),
    "is_closed": _l("Erledigt"),
    **_RECORD,
}
_INVOICE: Final[Mapping[str, LazyString]] = {
    "number": _l("Rechnungsnummer"),
    **_WHOM,
    "issued_on": _l("Rechnungsdatum"),
    "due_on": _l("Fällig am"),
    "net": _l("Netto"),
    "gross": _l("Brutto"),
    "paid": _l("Bezahlt"),
    "settled_on": _l("Ausgeglichen am"),
    "dunning_level": _l("Mahnstufe"),
    "cancelled": _l("Storniert"),
    "deleted": _l("Dort gelöscht"),
}
TARGET_TITLES: Final[Mapping[RowKind, Mapping[str, LazyString]]] = {
    RowKind.PERSON: _PERSON,
    RowKind.COMPANY: _COMPANY,
    RowKind.DEAL: _DEAL,
    RowKind.ACTIVITY: _ACTIVITY,
    RowKind.TICKET: _TICKET,
    RowKind.INVOICE: _INVOICE,
}
# What the forms call a field where it says more there than in the wizard.
_IN_FORMS: Final[Mapping[str, LazyString]] = {
    "amount": _l("Betrag in Euro"),
    "probability": _l("Wahrscheinlichkeit in Prozent"),
    "net": _l("Netto in Euro"),
    "gross": _l("Brutto in Euro"),
    "issued_on": _l("Ausgestellt am"),
    "company_name": _l("Firma"),
}


def own_titles(kind: str) -> dict[str, tuple[str, ...]]:
    """Return what pages call the fields of such a file, in every language; nothing for a kind that there is not."""
    titles = TARGET_TITLES.get(RowKind(kind), {}) if kind in set(RowKind) else {}
    said: dict[str, tuple[str, ...]] = dict.fromkeys(titles, ())
    for language in LANGUAGES:
        with force_locale(language):
            for target, title in titles.items():
                said[target] += (str(title), *([str(_IN_FORMS[target])] if target in _IN_FORMS else []))
    return said


MONEY: Final = frozenset({"amount", "net", "gross", "paid"})
DELIMITER_TITLES: Final[Mapping[str, LazyString]] = {
    ",": _l("Komma"),
    ";": _l("Semikolon"),
    "\t": _l("Tabulator"),
    "|": _l("senkrechtem Strich"),
}
