"""How urgent a case is: a word and a shape besides the colour."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import ngettext

from crm.models.request_case import CaseState, RequestCase
from crm.site.i18n import _

_NEAR: Final = 7  # days


@dataclass(frozen=True, slots=True)
class Light:
    """One light: a kind of the macro `state`, and its words."""

    kind: str
    word: str


def light_of(case: RequestCase, today: date) -> Light:
    """Return how many days are left for the answer."""
    if case.state == CaseState.CLOSED:
        return Light("idle", _("beantwortet"))
    left = (case.due_on - today).days
    if left < 0:
        return Light("alarm", ngettext("seit %(num)s Tag überfällig", "seit %(num)s Tagen überfällig", -left))
    if left == 0:
        return Light("alarm", _("heute fällig"))
    word = ngettext("noch %(num)s Tag", "noch %(num)s Tage", left)
    return Light("watch" if left <= _NEAR else "ok", word)
