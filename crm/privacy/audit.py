"""Protokollierung: every access and change leaves an entry in the ledger before its result leaves.

Entries hold pseudonyms and field names, never contents.

Source: Art. 5(2), 24(1), 32(1) DSGVO.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.db import Compartment, before_answer
from crm.privacy.actions import Action
from crm.settings import initial_policy
from crm.vault import Vault

_READING = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry says besides who and when.

    Attributes:
        sealed: sealed values written; their hashes let a daily control find a value put back with SQL.
        rows: digests of bound rows written, replaced or erased (see `bound_rows`), after those of the values.
        details: what the entry alone cannot say (old and new value); sealed under the person's key.
    """

    action: Action
    subject_id: str | None = None
    count: int | None = None
    purpose: str | None = None
    basis: str | None = None
    kind: str | None = None
    groups: Sequence[str] = ()
    sealed: Sequence[bytes] = ()
    rows: Sequence[str] = ()
    result: str | None = None
    details: Mapping[str, Any] | None = None


def record(
    session: Session,
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    subject_id: str | None = None,
    subjects: Sequence[str] | None = None,
    count: int | None = None,
    purpose: str | None = None,
    basis: str | None = None,
    kind: str | None = None,
    groups: Sequence[str] = (),
    sealed: Sequence[bytes] = (),
    rows: Sequence[str] = (),
    result: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Enter one act; in a unit of work that only reads, it is committed before the answer leaves.

    Of the people of a list (`subjects`, in order) the entry names only their number and salted hashes.
    """
    entry = Entry(
        action=action,
        subject_id=subject_id,
        count=count,
        purpose=purpose,
        basis=basis,
        kind=kind,
        groups=groups,
        sealed=sealed,
        rows=rows,
        result=result,
        details=details,
    )
    if subjects is None:
        before_answer(session, lambda writing: record_all(writing, [entry], actor=actor, now=now))
    else:
        listed = list(subjects)
        before_answer(session, lambda writing: _append_list(writing, entry, listed, actor=actor, now=now))


def record_all(session: Session, entries: Sequence[Entry], *, actor: Actor, now: datetime) -> None:
    """Enter many acts of one unit of work at once."""
    plain = []
    drafts = ledger.draft_many(session, [_fields(entry, actor) for entry in entries], now=now)
    for entry, draft in zip(entries, drafts, strict=True):
        if entry.details is None:
            plain.append(draft)
        else:
            ledger.append(session, draft, _payload(session, entry, draft))
    ledger.append_many(session, plain)


def forget_lists(session: Session, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Forget in which lists people were, and enter how often: whoever takes more away with SQL is found.

    Source: Art. 17(1), 5(2) DSGVO.
    """
    if number := ledger.drop_salts(session, subject_ids):
        record_all(session, [Entry(action=Action.LISTS_LEFT, count=number)], actor=actor, now=now)


def _append_list(session: Session, entry: Entry, subjects: list[str], *, actor: Actor, now: datetime) -> None:
    draft = ledger.draft(session, _fields(entry, actor), now=now)
    ledger.append(session, draft, subjects=subjects)


def _payload(session: Session, entry: Entry, draft: ledger.Draft) -> bytes:
    """Seal the details under the person's key, so that they go dark with the person and the hash still verifies."""
    if entry.subject_id is None:
        raise ValueError("details belong to a person")
    content = json.dumps(entry.details, ensure_ascii=False, separators=(",", ":")).encode()
    return Vault.of(session).seal_bound(session, entry.subject_id, Compartment.PROFILE, content, context=draft.aad)


def _fields(entry: Entry, actor: Actor) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "a": actor.pseudonym,
        "r": actor.role,
        "act": entry.action,
        "pur": entry.purpose,
        "lb": entry.basis,
        "obj": entry.kind,
        "sub": entry.subject_id,
        "cnt": entry.count,
        "f": list(entry.groups) or None,
        "vh": [*(hashlib.sha256(value).hexdigest() for value in entry.sealed), *entry.rows] or None,
        "res": entry.result,
        "cls": log_class(entry.action),
    }
    return {name: value for name, value in fields.items() if value is not None}


@cache
def reading_actions() -> frozenset[Action]:
    """Return the acts whose entries say that something was read, and never that a value was written."""
    return frozenset(action for action in Action if log_class(action) == _READING)


@cache
def log_class(action: Action) -> str:
    """Return the log class of an action, which decides how long its entry is kept."""
    classes: dict[str, dict[str, Any]] = initial_policy("log_classes")
    for name, rule in classes.items():
        if action.value in rule["actions"]:
            return name
    return next(name for name, rule in classes.items() if "*" in rule["actions"])
