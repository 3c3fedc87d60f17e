"""Exports in words."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.db import Session
from crm.models.export_file import ExportKind, ExportState
from crm.privacy.custom_fields import find_titles
from crm.services.exports.link_lines import LINK
from crm.site.i18n import _l, in_language
from crm.site.words import FIELD_TITLES

KIND_TITLES: Final[Mapping[str, LazyString]] = {
    ExportKind.CONTACTS: _l("Kontakte"),
    ExportKind.COMPANIES: _l("Firmen"),
    ExportKind.LINKS: _l("Antwort-Links"),
}
COLUMN_TITLES: Final[Mapping[str, LazyString]] = {
    **FIELD_TITLES,
    "company": _l("Firma"),
    "segment": _l("Segment"),
    LINK: _l("Antwort-Link"),
}
STATE_TITLES: Final[Mapping[str, LazyString]] = {
    ExportState.WAITING: _l("wartet auf Freigabe"),
    ExportState.MAKING: _l("wird erstellt"),
    ExportState.READY: _l("bereit"),
    ExportState.REFUSED: _l("abgelehnt"),
    ExportState.GONE: _l("nicht mehr da"),
}


def column_titles(db: Session) -> dict[str, str]:
    """Return what columns are called, those of custom fields among them, also of fields that are gone."""
    own = {name: in_language(title) for name, title in find_titles(db).items()}
    return {name: str(title) for name, title in COLUMN_TITLES.items()} | own
