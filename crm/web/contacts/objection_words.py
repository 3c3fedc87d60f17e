"""Words for the two ways in which an objection ends: it was a mistake, or the person wishes it."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.privacy.objection import Mistake, Told
from crm.site.i18n import _l

ALL_WAYS: Final = "all"  # what a form sends where no way is left open; no way is called so

MISTAKE_TITLES: Final[Mapping[Mistake, LazyString]] = {
    Mistake.WRONG_PERSON: _l("falsche Person erwischt"),
    Mistake.SLIP: _l("versehentlich geklickt"),
    Mistake.MISHEARD: _l("missverstanden: Die Person wollte etwas anderes"),
}

TOLD_TITLES: Final[Mapping[Told, LazyString]] = {
    Told.MAIL: _l("per E-Mail"),
    Told.LETTER: _l("per Brief"),
    Told.PHONE: _l("am Telefon"),
    Told.IN_PERSON: _l("persönlich"),
}
