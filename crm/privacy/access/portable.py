"""What of a copy a person can take with them: what they provided, under consent or contract, and nothing else.

Source: Art. 20(1) DSGVO; WP 242 rev.01.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from crm.models.contact import SEALED_COLUMN
from crm.models.field_groups import FIELDS
from crm.models.ticket import TicketEntryKind
from crm.privacy.access.copying import Copy
from crm.privacy.access.gathering import Record
from crm.privacy.access.information import Sections
from crm.privacy.access.texts import Words
from crm.privacy.purposes import Purpose

CONSENT: Final = "6-1-a"
CONTRACT: Final = "6-1-b"
_BASES: Final = frozenset({CONSENT, CONTRACT})


def find_portable(standing: Sequence[Purpose]) -> list[Purpose]:
    """Return the purposes to whose data the right extends."""
    return [purpose for purpose in standing if purpose.basis in _BASES]


def take_portable(copy: Copy, standing: Sequence[Purpose]) -> Copy:
    """Return of a copy what the person provided for purposes under consent or contract; files and the log are no part of it."""
    records = dict(_provided(copy, find_portable(standing)))
    return replace(copy, records=records, consultations=(), files={}, unreadable={})


def inform_portable(standing: Sequence[Purpose], *, language: str) -> Sections:
    """Return what the person is told with it."""
    words, portable = Words(language), find_portable(standing)
    if not portable:
        return {"gaps": (words.say("portable.nothing"),)}
    titles = ", ".join(purpose.title[language] for purpose in portable)
    provided = words.say("portable.provided", purposes=titles)
    return {"purposes": (provided,), "gaps": (words.say("portable.derived"), words.say("portable.not_noted"))}


def _provided(copy: Copy, portable: Sequence[Purpose]) -> Iterator[tuple[str, Sequence[Record]]]:
    rows: Mapping[str, list[Record]] = {
        "contact": _profile(copy, portable),
        "custom_value": _custom_values(copy, portable),
        "consent_event": [dict(row) for row in copy.rows("consent_event") if row.get("act") == "given"],
        "ticket_entry": _said_by_person(copy, portable),
    }
    yield from ((table, found) for table, found in rows.items() if found and portable)


def _profile(copy: Copy, portable: Sequence[Purpose]) -> list[Record]:
    columns = {SEALED_COLUMN[group] for purpose in portable for group in purpose.groups if group in FIELDS}
    rows = ({name: said for name, said in row.items() if name in columns} for row in copy.rows("contact"))
    return [row for row in rows if row]


def _custom_values(copy: Copy, portable: Sequence[Purpose]) -> list[Record]:
    bound = {field.id for purpose in portable for field in purpose.custom}
    shown = ("field", "field_id", "sealed_value")
    return [{name: row[name] for name in shown if name in row} for row in copy.rows("custom_value") if row["field_id"] in bound]


def _said_by_person(copy: Copy, portable: Sequence[Purpose]) -> list[Record]:
    """What somebody wrote to us about their own contract they provided for it; of a matter at their company it is not theirs to take."""
    if not any(purpose.basis == CONTRACT for purpose in portable):
        return []
    shown = ("said_at", "way", "sealed_text")
    theirs = (row for row in copy.rows("ticket_entry") if row.get("kind") == TicketEntryKind.FROM_CUSTOMER)
    return [{name: row[name] for name in shown if name in row} for row in theirs]
