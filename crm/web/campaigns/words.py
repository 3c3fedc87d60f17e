"""Words of campaigns: ways of responding, what stands against reaching somebody."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.campaign import ResponseWay
from crm.privacy.lawfulness import Standing
from crm.site.i18n import _l

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
    Standing.ERASED: _l("gelöscht"),
}
