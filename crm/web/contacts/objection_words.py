"""Words for the two ways in which an objection ends: it was a mistake, or the person wishes it."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.lawfulness import ToldBy
from crm.privacy.objection import Mistake
from crm.site.i18n import _l

ALL_WAYS: Final = "all"  # what a form sends where no way is left open; no way is called so

MISTAKE_TITLES: Final[Mapping[Mistake, LazyString]] = {
    Mistake.WRONG_PERSON: _l("falsche Person erwischt"),
    Mistake.SLIP: _l("versehentlich geklickt"),
    Mistake.MISHEARD: _l("missverstanden: Die Person wollte etwas anderes"),
}

TOLD_TITLES: Final[Mapping[ToldBy, LazyString]] = {
    ToldBy.MAIL: _l("per E-Mail"),
    ToldBy.LETTER: _l("per Brief"),
    ToldBy.PHONE: _l("am Telefon"),
    ToldBy.IN_PERSON: _l("persönlich"),
}
