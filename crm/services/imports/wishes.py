"""Rows about what people want: the other system's `Individual` and its consents per way."""

from datetime import datetime

from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.services.imports.cells import Cells
from crm.services.imports.columns import Binding
from crm.services.imports.policy import ImportPolicy, Way
from crm.services.imports.rows import Reason, UnprovenConsent, Wishes
from crm.services.imports.table import Record

_YES = "optin"
_NO = "optout"


def read_wishes(binding: Binding, record: Record) -> tuple[str, Wishes | Reason]:
    """Return the id of an `Individual` and what it wants, or why the row is of no use."""
    cells = Cells(binding, record)
    individual = cells.record_id()
    if cells.says_yes("deleted"):
        return individual, Reason.DELETED
    return individual, cells.wishes() or Reason.NO_WISH


def read_consent(binding: Binding, record: Record, *, policy: ImportPolicy, now: datetime) -> tuple[str, Wishes | Reason]:
    """Return the id of the `Individual` and what the row means for it.

    A yes is a consent without evidence, a no is an objection to advertising by this way.

    Source: Art. 7(1), 21(2) DSGVO.
    """
    cells = Cells(binding, record)
    answer = cells.text("answer").casefold()
    way = policy.ways.get(cells.text("way").casefold())
    found: Wishes | Reason
    if cells.says_yes("deleted"):
        found = Reason.DELETED
    elif answer not in {_YES, _NO}:
        found = Reason.NO_ANSWER
    elif way is None:
        found = Reason.WAY_UNUSED
    elif answer == _NO:
        found = Wishes(frozenset({Objection(DIRECT_MARKETING, way.channel)}))
    else:
        found = _consent(cells, way, now)
    return cells.record_id("individual"), found


def _consent(cells: Cells, way: Way, now: datetime) -> Wishes | Reason:
    if way.purpose is None:
        return Reason.CONSENT_WITHOUT_PURPOSE
    until = cells.moment("valid_until")
    if until and until <= now:
        return Reason.CONSENT_EXPIRED
    since = cells.moment("valid_from") or cells.moment("captured_at")
    return Wishes(consents=(UnprovenConsent(way.purpose, way.channel, since),))
