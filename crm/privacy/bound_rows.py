"""Gebundene Zeilen: rows that say what may be done, each bound to the entry in the log that says it was written.

Whoever writes SQL can lift a restriction, give a consent or hand out a role without an act. The entry of each act
names the digests of the rows it wrote, after the hashes of sealed values; `crm.privacy.row_integrity` compares them.

Source: Art. 5(1)(f), 5(2), 32(1)(b) DSGVO.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete
from sqlalchemy.orm import Session

from crm import models  # noqa: F401 - registers every table there is
from crm.clock import micros
from crm.db import Base
from crm.models.account import Account
from crm.privacy.actions import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One table whose rows are bound to the log.

    Attributes:
        by: acts whose entries name rows that were written.
        replaced_by: acts whose entries name a row as it was, then as it is.
        removed_by: acts whose entries name rows that are gone.
        renewed_by: acts after which the newest entry about an account alone speaks for it.
        free: columns that are not bound: what the database gives, free text that may name somebody, matters of taste.
        is_ordered: the latest row counts, so the order of the rows has to be that of the entries.
        goes: the rows go with an erased person.
    """

    table: str
    by: frozenset[Action] = frozenset()
    replaced_by: frozenset[Action] = frozenset()
    removed_by: frozenset[Action] = frozenset()
    renewed_by: frozenset[Action] = frozenset()
    free: frozenset[str] = frozenset()
    is_ordered: bool = False
    goes: bool = False


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
    ),
    Bound(
        table="consent_event",
        by=frozenset({Action.CONSENT_GIVEN, Action.CONSENT_WITHDRAWN, Action.CONSENT_TAKEN_OVER}),
        free=_NUMBER,
        is_ordered=True,
    ),
    Bound(table="consent_wording", by=frozenset({Action.CONSENT_GIVEN})),
    Bound(
        table="objection_event",
        by=frozenset({Action.OBJECTION_RAISED, Action.OBJECTION_CORRECTED, Action.OBJECTION_LIFTED}),
        free=_NUMBER,
        is_ordered=True,
    ),
    Bound(
        table="restriction_event",
        by=frozenset({Action.RESTRICTION_IMPOSED, Action.RESTRICTION_LIFTED}),
        free=_NUMBER,
        is_ordered=True,
    ),
    Bound(table="notice_event", by=frozenset({Action.PERSON_COLLECTED, Action.NOTICE_GIVEN}), free=_NUMBER, is_ordered=True),
    Bound(
        table="suppression_entry",
        by=frozenset({Action.ADDRESS_SUPPRESSED}),
        replaced_by=frozenset({Action.ADDRESS_KEPT}),
        removed_by=frozenset({Action.ADDRESS_RELEASED}),
    ),
    Bound(table="policy_version", by=frozenset({Action.POLICY_LOADED}), is_ordered=True),
    Bound(table="note", by=frozenset({Action.NOTE_WRITTEN}), removed_by=frozenset({Action.NOTE_ERASED}), goes=True),
    Bound(
        table="retained_document",
        by=frozenset({Action.DOCUMENT_FILED}),
        removed_by=frozenset({Action.DOCUMENT_ERASED}),
        free=frozenset({"sealed_content"}),  # large, and bound to its row by the seal itself
    ),
    Bound(
        table="account",
        renewed_by=frozenset(
            {
                Action.ACCOUNT_CREATED,
                Action.ACCOUNT_ROLES_CHANGED,
                Action.ACCOUNT_DISABLED,
                Action.ACCOUNT_ENABLED,
                Action.ACCOUNT_START_PASSWORD_ISSUED,
                Action.ACCOUNT_PASSWORD_CHANGED,
                Action.ACCOUNT_PASSWORD_REHASHED,
                Action.ACCOUNT_SECOND_FACTOR_ENROLLED,
                Action.ACCOUNT_SECOND_FACTOR_RESET,
            }
        ),
        free=frozenset({"language", "totp_step", "notice_version", "notice_confirmed_at"}),
    ),
)
ACCOUNT: Final = "account"
_ROLES: Final = "roles"


@cache
def columns_of(table: str) -> tuple[str, ...]:
    """Return the bound columns of a table; one that is added later is bound unless it is named as free."""
    free = next(each.free for each in BOUND if each.table == table)
    return tuple(column.name for column in table_of(table).columns if column.name not in free)


def table_of(name: str) -> Table:
    """Return a table by its name."""
    return Base.metadata.tables[name]


def erase(session: Session, table: str, *conditions: ColumnElement[bool]) -> dict[tuple[str, str], list[str]]:
    """Delete rows about people; return the digest of each that went by person and id, for the entries that say so."""
    columns = table_of(table).c
    gone = delete(table_of(table)).where(*conditions).returning(*(columns[name] for name in columns_of(table)))
    rows = [dict(row) for row in session.execute(gone).mappings()]
    return {(row["subject_id"], row["id"]): [digest(table, row)] for row in rows}


def digest(table: str, row: Mapping[str, Any]) -> str:
    """Return the digest of one row; an empty column says nothing, so that one can be added without a change."""
    return _digest(table, _said(table, row))


def digests(table: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the digests of rows of one table, in their order."""
    return [digest(table, row) for row in rows]


def digest_of(row: Base) -> str:
    """Return the digest of a row as the session holds it; that of an account is `digest_of_account`, with its roles."""
    return digest(row.__tablename__, _held(row))


def digest_of_account(account: Account) -> str:
    """Return the digest of an account with its roles: what lets somebody in, and as what."""
    return digest_with_roles(_held(account), account.roles)


def digest_with_roles(columns: Mapping[str, Any], roles: frozenset[str]) -> str:
    """Return the digest of the columns of an account and of its roles."""
    return _digest(ACCOUNT, {**_said(ACCOUNT, columns), _ROLES: sorted(roles)})


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
