"""Words of campaigns: ways of responding, what stands against reaching somebody."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.campaign import ResponseWay
from crm.privacy.lawfulness import Standing
from crm.site.i18n import _, _l, number

WAY_TITLES: Final[Mapping[str, LazyString]] = {
    ResponseWay.LINK: _l("Link in der E-Mail"),
    ResponseWay.REPLY: _l("Antwort"),
    ResponseWay.ORDER: _l("Bestellung"),
    ResponseWay.HAND: _l("persönlich"),
}

EXCLUSION_TITLES: Final[Mapping[Standing, LazyString]] = {
    Standing.OBJECTED: _l("Widerspruch"),
    Standing.RESTRICTED: _l("Verarbeitung eingeschränkt"),
    Standing.MISSING: _l("keine Einwilligung oder Rechtsgrundlage für diesen Zweck und Weg"),
}


def roughly(count: int | None, least: int) -> str:
    """Return a rough number of people in words."""
    return _("weniger als %(number)s", number=number(least)) if count is None else _("etwa %(number)s", number=number(count))


def people_roughly(count: int | None, least: int) -> str:
    """Return a rough number with the word for people."""
    return _("%(number)s Personen", number=roughly(count, least))
