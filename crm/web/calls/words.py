"""Words of the call screen: by what somebody is recognised."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.services.calls.verifying import Recognised
from crm.site.i18n import _l

# What the buttons say, and the icon beside the words.
WAYS: Final[Mapping[Recognised, tuple[LazyString, str]]] = {
    Recognised.INVOICE: (_l("Rechnungsnr. + Betrag"), "ok"),
    Recognised.TICKET: (_l("Ticketnummer"), "ok"),
    Recognised.CALLBACK: (_l("Rückruf an bekannte Nummer"), "phone"),
    Recognised.NOT: (_l("Nicht möglich"), "objected"),
}
