"""One way from each table to the person, and from each sealed column to what it says.

A table that names people in `subject_id` is reached by it; every other table with data of people says here how. One that
says nothing is a mistake in the program, and a test finds it before anybody misses their data in an answer.

Source: Art. 15(1), (3), 25(1) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, Table

from crm import models  # noqa: F401 - registers every table there is
from crm.clock import micros
from crm.db import Base, Category, Compartment

_OF_PEOPLE: Final = frozenset({Category.CONTENT, Category.LINK, Category.EVIDENCE, Category.METADATA})
_SEALED: Final = "sealed_"


class Way(StrEnum):
    """How a row is found to be about somebody."""

    NAMED = "named"  # it names the person in `subject_id`
    ADDRESS = "address"  # it bears a keyed hash of an address of theirs
    LETTERBOX = "letterbox"  # nobody knows yet whose it is; what is sealed in it says so
    LOG = "log"  # the processing log has a door of its own, which leaves out who acted


class Form(StrEnum):
    """What comes out when a sealed value is opened."""

    TEXT = "text"
    FIELDS = "fields"  # JSON: named values, or a list of them
    FILE = "file"


class Key(StrEnum):
    """Under which key a value lies."""

    PERSON = "person"
    OWN = "own"  # that of the installation
    INTAKE = "intake"


class UndeclaredWayError(LookupError):
    """A table or column holds data of people, and nothing says how a copy for the person gets there; a mistake in the program."""


# Tables without `subject_id`: whose a row is, is said otherwise. Two with it belong to the log.
_OTHER_WAYS: Final[Mapping[str, Way]] = {
    "suppression_entry": Way.ADDRESS,
    "mail_count": Way.ADDRESS,
    "pending_request": Way.ADDRESS,
    "intake_message": Way.LETTERBOX,
    "ledger_entry": Way.LOG,
    "ledger_payload": Way.LOG,
    "ledger_list": Way.LOG,
    "ledger_salt": Way.LOG,
}
# The pseudonym itself: its own column names the person.
_NAMES_IN: Final[Mapping[str, str]] = {"subject": "id"}
# Sealed for the installation and not for a person; `intake_message` to the key of the letterbox.
_OTHER_KEYS: Final[Mapping[str, Key]] = {
    "legal_hold": Key.OWN,
    "outbox_message": Key.OWN,
    "pending_request": Key.OWN,
    "intake_message": Key.INTAKE,
}
# The columns that name the row of a sealed value in its place, where that is not `id`.
_ROW_IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "contact": ("subject_id",),
    "custom_value": ("field_id", "set_at"),
    "export_line": ("export_id", "position"),
    "consent_event": ("evidence_id",),
}
_FIELDS: Final = frozenset(
    {
        "company.sealed_details",
        "consent_event.sealed_evidence",
        "export_line.sealed_line",
        "intake_message.sealed_message",
        "invoice.sealed_positions",
        "invoice.sealed_recipient",
        "outbox_message.sealed_letter",
        "pending_request.sealed_request",
        "request_case.sealed_answer",
        "request_case.sealed_decision",
        "request_case.sealed_request",
    }
)
# The copy that an answer is made of: it would hold itself, and each copy the one before.
ITSELF: Final = frozenset({"answer_package", "answer_handout"})


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One sealed column: under which key it lies, which columns name its row, and what it says."""

    name: str
    key: Key
    compartment: Compartment | None
    row_id: tuple[str, ...]
    form: Form

    def row_of(self, row: Mapping[str, Any]) -> str:
        """Return the name of the row in the place of the sealed value."""
        return ":".join(str(micros(value) if isinstance(value := row[name], datetime) else value) for name in self.row_id)


@dataclass(frozen=True, slots=True)
class Reached:
    """One table in which the person can be: how its rows are found, what of them is shown as it stands, and what is opened."""

    table: Table
    way: Way
    named_in: str
    plain: tuple[Column[Any], ...]
    sealed: tuple[SealedColumn, ...]


@cache
def find_ways() -> tuple[Reached, ...]:
    """Return every table in which a person can be.

    Raises:
        UndeclaredWayError: a table or a sealed column says nothing.
    """
    return tuple(reach(table) for table in Base.metadata.sorted_tables if _is_about_people(table) and table.name not in ITSELF)


def reach(table: Table) -> Reached:
    """Return how a copy gets to the rows of one table, and from them to what they say.

    Raises:
        UndeclaredWayError: nothing says so.
    """
    named_in = _NAMES_IN.get(table.name, "subject_id")
    way = _OTHER_WAYS.get(table.name, Way.NAMED)
    if way is Way.NAMED and named_in not in table.c:
        raise UndeclaredWayError(table.name)
    sealed = () if way is Way.LOG else tuple(_sealed(column) for column in table.columns if column.name.startswith(_SEALED))
    return Reached(table, way, named_in, tuple(column for column in table.columns if _is_shown(column)), sealed)


def is_about_person(column: Column[Any]) -> bool:
    """Say whether a column holds data of whoever its row is about; who of the staff acted is data of staff."""
    return column.info.get("personal") in _OF_PEOPLE


def _is_about_people(table: Table) -> bool:
    return any(is_about_person(column) for column in table.columns)


def _is_shown(column: Column[Any]) -> bool:
    """Say whether a column is shown as it stands: with what is personal also what the row means, but no counters and no seals."""
    if column.name.startswith(_SEALED) or column.info.get("personal") is Category.STAFF:
        return False
    return is_about_person(column) or not (column.name == "version" or isinstance(column.type, LargeBinary))


def _sealed(column: Column[Any]) -> SealedColumn:
    table, compartment = column.table, column.info.get("compartment")
    key = Key.PERSON if compartment else _OTHER_KEYS.get(table.name)
    row_id = _ROW_IDS.get(table.name, ("id",))
    if key is None or not set(row_id) <= set(table.c.keys()):
        raise UndeclaredWayError(str(column))
    return SealedColumn(column.name, key, compartment, row_id, _form_of(str(column), table.name))


def _form_of(column: str, table: str) -> Form:
    if column in _FIELDS or table == "contact":
        return Form.FIELDS
    return Form.FILE if column.endswith(".sealed_content") else Form.TEXT
