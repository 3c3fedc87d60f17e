"""Gebundene Zeilen: rows that say what may be done, each bound to the entry in the log that says it was written.

Whoever writes SQL can lift a restriction, give a consent or hand out a role without an act. The entry of each act
names the digests of the rows it wrote, after the hashes of sealed values; `crm.privacy.row_integrity` compares them.

Source: Art. 5(1)(f), 5(2), 32(1)(b) DSGVO.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, delete, select
from sqlalchemy.orm import Session

from crm import models  # noqa: F401 - registers every table there is
from crm.clock import micros
from crm.db import Base, among
from crm.models.account import Account
from crm.models.request_case import CaseSubject, RequestCase
from crm.privacy.actions import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One table whose rows are bound to the log.

    Attributes:
        by: acts whose entries name rows that were written.
        replaced_by: acts whose entries name a row as it was, then as it is.
        removed_by: acts whose entries name rows that are gone.
        renewed_by: acts after which the newest entry about an account or a case alone speaks for it.
        free: columns that are not bound: what the database gives, free text that may name somebody, matters of taste.
        is_ordered: the latest row counts, so the order of the rows has to be that of the entries.
        goes: the rows go with an erased person.
        decides: the rows say when somebody is forgotten. Besides them the acts that write them name only the case of a person.
    """

    table: str
    by: frozenset[Action] = frozenset()
    replaced_by: frozenset[Action] = frozenset()
    removed_by: frozenset[Action] = frozenset()
    renewed_by: frozenset[Action] = frozenset()
    free: frozenset[str] = frozenset()
    is_ordered: bool = False
    goes: bool = False
    decides: bool = False


_NUMBER: Final = frozenset({"id"})

BOUND: Final = (
    Bound(
        table="ground_event",
        by=frozenset(
            {
                Action.PERSON_COLLECTED,
                Action.PERSON_MERGED,
                Action.GROUND_STARTED,
                Action.GROUND_ENDED,
                Action.REQUEST_ASSIGNED,
            }
        ),
        free=_NUMBER,
        is_ordered=True,
        decides=True,
    ),
    Bound(
        table="consent_event",
        by=frozenset({Action.CONSENT_GIVEN, Action.CONSENT_WITHDRAWN, Action.CONSENT_TAKEN_OVER}),
        free=_NUMBER,
        is_ordered=True,
        decides=True,
    ),
    Bound(table="consent_wording", by=frozenset({Action.CONSENT_GIVEN}), decides=True),
    Bound(
        table="objection_event",
        by=frozenset({Action.OBJECTION_RAISED, Action.OBJECTION_CORRECTED, Action.OBJECTION_LIFTED}),
        free=_NUMBER,
        is_ordered=True,
        decides=True,
    ),
    Bound(
        table="restriction_event",
        by=frozenset({Action.RESTRICTION_IMPOSED, Action.RESTRICTION_LIFTED}),
        free=_NUMBER,
        is_ordered=True,
        decides=True,
    ),
    Bound(
        table="notice_event",
        by=frozenset({Action.PERSON_COLLECTED, Action.NOTICE_GIVEN}),
        free=_NUMBER,
        is_ordered=True,
        decides=True,
    ),
    Bound(
        table="suppression_entry",
        by=frozenset({Action.ADDRESS_SUPPRESSED}),
        replaced_by=frozenset({Action.ADDRESS_KEPT}),
        removed_by=frozenset({Action.ADDRESS_RELEASED}),
    ),
    Bound(table="policy_version", by=frozenset({Action.POLICY_LOADED, Action.POLICY_CHANGED}), is_ordered=True),
    Bound(table="custom_field", by=frozenset({Action.FIELD_DEFINED}), replaced_by=frozenset({Action.FIELD_CHANGED, Action.FIELD_RETIRED})),
    Bound(table="note", by=frozenset({Action.NOTE_WRITTEN}), removed_by=frozenset({Action.NOTE_ERASED}), goes=True),
    Bound(
        table="retained_document",
        by=frozenset({Action.DOCUMENT_FILED}),
        replaced_by=frozenset({Action.DOCUMENT_MOVED}),
        removed_by=frozenset({Action.DOCUMENT_ERASED}),
        free=frozenset({"sealed_content"}),  # large, and bound to its row by the seal itself
    ),
    Bound(
        table="legal_hold",
        by=frozenset({Action.HOLD_ASKED}),
        replaced_by=frozenset({Action.HOLD_APPROVED, Action.HOLD_REVIEWED, Action.HOLD_ENDED}),
        free=frozenset({"sealed_reference"}),  # what it is about may name somebody; it decides nothing
        goes=True,
    ),
    Bound(table="retention_keep", by=frozenset({Action.PERSON_KEPT}), removed_by=frozenset({Action.PERSON_KEEP_ENDED}), goes=True),
    Bound(
        table="erasure_job",
        by=frozenset({Action.ERASURE_ORDERED}),
        free=frozenset({"id", "step", "destroyed_at", "done_at", "seal"}),  # how far it is; each step is entered
    ),
    Bound(
        table="account",
        renewed_by=frozenset(
            {
                Action.ACCOUNT_CREATED,
                Action.ACCOUNT_ROLES_CHANGED,
                Action.ACCOUNT_DISABLED,
                Action.ACCOUNT_ENABLED,
                Action.ACCOUNT_FORGOTTEN,
                Action.ACCOUNT_START_PASSWORD_ISSUED,
                Action.ACCOUNT_PASSWORD_CHANGED,
                Action.ACCOUNT_PASSWORD_REHASHED,
                Action.ACCOUNT_SECOND_FACTOR_ENROLLED,
                Action.ACCOUNT_SECOND_FACTOR_RESET,
            }
        ),
        free=frozenset({"language", "totp_step", "notice_version", "notice_confirmed_at"}),
    ),
    Bound(
        table="request_case",
        removed_by=frozenset({Action.REQUEST_FORGOTTEN}),
        renewed_by=frozenset(
            {
                Action.REQUEST_OPENED,
                Action.REQUEST_ASSIGNED,
                Action.REQUEST_IDENTITY_NOTED,
                Action.REQUEST_EXTENDED,
                Action.REQUEST_DECIDED,
                Action.REQUEST_APPROVED,
                Action.REQUEST_STOPPED,
                Action.REQUEST_ADVANCED,
                Action.REQUEST_CLOSED,
            }
        ),
        free=frozenset({"version", "sealed_answer"}),  # which page somebody saw; large, and bound to its row by the seal itself
    ),
)
ACCOUNT: Final = "account"
CASE: Final = "request_case"
# The column that says when what a row of somebody says took effect, which may be long before it was written down.
_TOOK_EFFECT: Final = {
    "ground_event": "effective_at",
    "consent_event": "effective_at",
    "objection_event": "effective_at",
    "restriction_event": "effective_at",
    "notice_event": "effective_at",
    "note": "written_at",
}
# Rows of another table that belong to a row and are bound with it: the roles of an account, the people of a case.
_BESIDE: Final = {ACCOUNT: "roles", CASE: "people"}


@cache
def columns_of(table: str) -> tuple[str, ...]:
    """Return the bound columns of a table; one that is added later is bound unless it is named as free."""
    free = next(each.free for each in BOUND if each.table == table)
    return tuple(column.name for column in table_of(table).columns if column.name not in free)


def table_of(name: str) -> Table:
    """Return a table by its name."""
    return Base.metadata.tables[name]


@cache
def query_of(table_name: str, *, of_people: bool) -> Select[*tuple[Any, ...]]:
    """Return the query for the bound columns of a table, in the order of its rows.

    Args:
        of_people: only those about the people in `subject_ids`; a table that is about nobody is read whole.
    """
    table = table_of(table_name)
    of_these = (among(table.c.subject_id, "subject_ids"),) if of_people and "subject_id" in table.c else ()
    return select(*(table.c[name] for name in columns_of(table_name))).where(*of_these).order_by(*table.primary_key.columns)


def find_moments(session: Session, subject_id: str, *, actions: Collection[str]) -> dict[str, datetime]:
    """Return when what rows about a person say took effect, by their digests, as entries of these acts name them."""
    moments: dict[str, datetime] = {}
    for bound in BOUND:
        if bound.table in _TOOK_EFFECT and not bound.by.isdisjoint(actions):
            rows = [dict(row) for row in session.execute(query_of(bound.table, of_people=True), {"subject_ids": [subject_id]}).mappings()]
            moments |= {digest(bound.table, row): row[_TOOK_EFFECT[bound.table]] for row in rows}
    return moments


def erase(session: Session, model: type[Base], *conditions: ColumnElement[bool]) -> dict[tuple[str, str], list[str]]:
    """Delete rows about people; return the digest of each that went by person and id, for the entries that say so."""
    table = model.__tablename__
    columns = table_of(table).c
    gone = delete(table_of(table)).where(*conditions).returning(*(columns[name] for name in columns_of(table)))
    rows = [dict(row) for row in session.execute(gone).mappings()]
    return {(row["subject_id"], row["id"]): [digest(table, row)] for row in rows}


def digest(table: str, row: Mapping[str, Any]) -> str:
    """Return the digest of one row; an empty column says nothing, so that one can be added without a change."""
    return _digest(table, _said(table, row))


def digests(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the digests of rows of one table, in their order."""
    return [digest(model.__tablename__, row) for row in rows]


def digest_of(row: Base) -> str:
    """Return the digest of a row as the session holds it; that of an account is `digest_of_account`, with its roles."""
    return digest(row.__tablename__, _held(row))


def digest_of_account(account: Account) -> str:
    """Return the digest of an account with its roles: what lets somebody in, and as what."""
    return digest_beside(ACCOUNT, _held(account), account.roles)


def digests_of_case(session: Session, case: RequestCase) -> list[str]:
    """Return what stands last in an entry about a case: which case, and the digest of its row with the people it is about."""
    found = select(CaseSubject.subject_id, CaseSubject.found_by).where(CaseSubject.case_id == case.id)
    people = {person_of_case(*row) for row in session.execute(found)}
    return [_digest(CASE, {"id": case.id}), digest_beside(CASE, _held(case), people)]


def person_of_case(subject_id: str, found_by: str) -> str:
    """Return what the digest of a case says about one of its people."""
    return f"{subject_id} {found_by}"


def digest_beside(table: str, columns: Mapping[str, Any], beside: Collection[str]) -> str:
    """Return the digest of a row together with what belongs to it."""
    return _digest(table, {**_said(table, columns), _BESIDE[table]: sorted(beside)})


def _held(row: Base) -> dict[str, Any]:
    return {name: getattr(row, name) for name in columns_of(row.__tablename__)}


def _said(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name in columns_of(table) if (value := row[name]) is not None}


def _plain(value: Any) -> object:
    """Return moments, days and bytes in one form, whatever engine keeps them."""
    if isinstance(value, datetime):
        return micros(value)
    return value.isoformat() if isinstance(value, date) else value.hex()


# Made once, because every row that is written or compared asks it.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"), default=_plain).encode


def _digest(table: str, said: Mapping[str, Any]) -> str:
    return hashlib.sha256(_encode([table, said]).encode()).hexdigest()
