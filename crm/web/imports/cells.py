"""Values of a preview as people read them."""

from datetime import date, datetime

from crm.site.i18n import _, day
from crm.site.money import money
from crm.web.imports.words import MONEY


def as_text(target: str, value: object) -> str:
    """Return a value that goes to a field as the reader would write it; empty for none."""
    if value is None or value is False:
        return ""
    if value is True:
        return _("ja")
    if isinstance(value, datetime):
        return day(value.date())
    if isinstance(value, date):
        return day(value)
    if target in MONEY and isinstance(value, int):
        return money(value)
    return str(value)
