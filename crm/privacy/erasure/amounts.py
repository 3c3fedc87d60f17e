"""What the numbers of a run are numbers of: the rule of the Löschkonzept tells which kind of thing goes by it."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from crm.privacy import documents, due, due_work, exporting
from crm.privacy.erasure import aged, leavers, request_files, unconfirmed
from crm.privacy.periods import StartEvent, find_shipped


class Unit(StrEnum):
    """What goes by a rule."""

    PERSON = "person"
    NOTE = "note"
    TICKET = "ticket"
    INVOICE = "invoice"
    VALUE = "value"  # of a custom field
    REACHED = "reached"  # that a campaign reached somebody
    DOCUMENT = "document"
    PROTOCOL = "protocol"
    ACCOUNT = "account"
    FILE = "file"  # of a request
    REQUEST = "request"
    EXPORT = "export"


_UNITS: Final[Mapping[str, Unit]] = {
    due.NOTES: Unit.NOTE,
    due_work.TICKETS: Unit.TICKET,
    due_work.COPIES: Unit.INVOICE,
    due_work.DUNNED: Unit.INVOICE,
    aged.CAMPAIGNS: Unit.REACHED,
    aged.PROTOCOLS: Unit.PROTOCOL,
    leavers.RULE: Unit.ACCOUNT,
    request_files.RULE: Unit.FILE,
    unconfirmed.RULE: Unit.REQUEST,
    exporting.RULE: Unit.EXPORT,
    **dict.fromkeys(documents.DOCUMENT_RULES, Unit.DOCUMENT),
    **{code: Unit.VALUE for code, rule in find_shipped().items() if rule.start is StartEvent.VALUE_SET},
}


def count_by_unit(counts: Mapping[str, int]) -> Counter[Unit]:
    """Return how much of each kind these numbers by rule are; whatever is not of another kind are people."""
    found: Counter[Unit] = Counter()
    for rule, number in counts.items():
        found[_UNITS.get(rule, Unit.PERSON)] += number
    return found
