"""What the log says about a person: when their data were used, for which purpose, and which groups of fields; never by whom.

Source: Art. 15(1) DSGVO; EuGH C-579/21.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.db import Compartment
from crm.ledger import EntryFilter
from crm.vault import ErasedError, TamperedError, Vault

_ALL: Final = 1_000_000  # entries; more about one person there are not
_GROUPS: Final = "f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """One entry of the log about the person.

    Attributes:
        groups: groups of fields that were opened.
        people: of how many people this was one, in a list.
        details: what the entry alone cannot say, such as a value before and after it was rectified.
    """

    at: datetime
    action: str
    purpose: str = ""
    basis: str = ""
    kind: str = ""
    groups: tuple[str, ...] = ()
    people: int | None = None
    result: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def find_consultations(session: Session, subject_ids: Sequence[str]) -> tuple[Consultation, ...]:
    """Return what the log says about these entries of one person, the newest first; who acted, and as what, is left out."""
    found = [
        _consultation(entry.happened_at, entry.fields, details)
        for subject_id in subject_ids
        for details in [_find_details(session, subject_id)]
        for entry in ledger.find_entries(session, EntryFilter(subject_id=subject_id), limit=_ALL)
    ]
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def _consultation(at: datetime, fields: dict[str, Any], details: dict[str, dict[str, Any]]) -> Consultation:
    is_list = "sub" not in fields
    return Consultation(
        at=at,
        action=fields.get("act", ""),
        purpose=fields.get("pur", ""),
        basis=fields.get("lb", ""),
        kind=fields.get("obj", ""),
        groups=tuple(fields.get(_GROUPS, ())),
        people=fields.get("cnt") if is_list else None,
        result=fields.get("res", ""),
        details=details.get(fields.get("id", ""), {}),
    )


def _find_details(session: Session, subject_id: str) -> dict[str, dict[str, Any]]:
    """Return the sealed details of entries about one person, by event; what does not open any more is left out."""
    vault = Vault.of(session)
    details = {}
    for each in ledger.find_payloads(session, subject_id):
        try:
            opened = vault.open_bound(subject_id, Compartment.PROFILE, each.content, context=each.aad)
        except (ErasedError, TamperedError):
            continue
        details[each.event] = json.loads(opened)
    return details
