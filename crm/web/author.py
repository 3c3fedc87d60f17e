"""Who did something, in words: a colleague by name, what no person did, or an account that is gone."""

from collections.abc import Mapping
from typing import Final

from flask_babel.speaklater import LazyString

from crm.services.staff_names import StaffNames
from crm.site.i18n import _, _l

_WITHOUT_ACCOUNT: Final[Mapping[str, LazyString]] = {"system": _l("vom System"), "cli": _l("auf der Kommandozeile")}


def author_in_words(staff: StaffNames, pseudonym: str) -> str:
    """Return who is behind a pseudonym, as pages say it."""
    name, kind = staff.author(pseudonym), pseudonym.partition(":")[0]
    return name or str(_WITHOUT_ACCOUNT.get(kind) or _("früheres Konto"))
