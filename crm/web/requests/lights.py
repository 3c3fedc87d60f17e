"""How urgent a case is: a word and a shape besides the colour."""

from dataclasses import dataclass
from datetime import date

from crm.models.request_case import CaseState, RequestCase
from crm.site.i18n import _, ngettext
from crm.site.view_models import Urgency
from crm.web.due import urgency_of


@dataclass(frozen=True, slots=True)
class Light:
    """One light: a kind of the macro `state`, and its words."""

    kind: str
    word: str


def light_of(case: RequestCase, today: date) -> Light:
    """Return how many days are left for the answer."""
    if case.state == CaseState.CLOSED:
        return Light("idle", _("beantwortet"))
    urgency, days = urgency_of(case.due_on, today=today), abs((case.due_on - today).days)
    if urgency is Urgency.LATE:
        return Light("alarm", ngettext("seit %(num)s Tag überfällig", "seit %(num)s Tagen überfällig", days))
    if urgency is Urgency.TODAY:
        return Light("alarm", _("heute fällig"))
    return Light("watch" if urgency is Urgency.SOON else "ok", ngettext("noch %(num)s Tag", "noch %(num)s Tage", days))
