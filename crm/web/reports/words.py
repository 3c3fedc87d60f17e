"""Words of the quarter report, and how its numbers are written."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.staff_agreement import AgreementKind
from crm.services.reports.figures import Dimension, Figures
from crm.site.i18n import _, _l, number

DIMENSION_TITLES: Final[Mapping[Dimension, LazyString]] = {
    Dimension.PRODUCT: _l("Produkt"),
    Dimension.REGION: _l("Region"),
    Dimension.GROUP: _l("Kundengruppe"),
}

KIND_TITLES: Final[Mapping[str, LazyString]] = {
    AgreementKind.WORKS_AGREEMENT: _l("Betriebsvereinbarung"),
    AgreementKind.WRITTEN_POLICY: _l("Schriftliche Regelung (kein Betriebsrat)"),
}

_WHOLE: Final = 100


def percent(share: float | None) -> str:
    """Return a share in percent as the reader writes it."""
    return "–" if share is None else _("%(rate)s %%", rate=number(round(share, 1)))


def days(value: float | None) -> str:
    """Return a duration in whole days."""
    return "–" if value is None else _("%(days)s Tage", days=number(round(value)))


def change(now: float, before: float) -> str:
    """Return how much more or less it is than before, in percent; nothing has no percentage."""
    if not before:
        return "–"
    difference = round(_WHOLE * (now - before) / before)
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    return _("%(sign)s%(rate)s %%", sign=sign, rate=number(abs(difference)))


def conversion(figures: Figures) -> str:
    """Return the share of decided deals that were won."""
    return percent(figures.conversion)


def cycle(figures: Figures) -> str:
    """Return how long it took to win."""
    return days(figures.cycle_days)
