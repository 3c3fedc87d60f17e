"""Rules of the controller in versions: a change adds one, nothing is overwritten, and each is bound to its entry.

Source: Art. 5(2), 24(1) DSGVO.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.policy import PolicyVersion
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action


@dataclass(frozen=True, slots=True)
class Stored:
    """A rule as it stands; the version 0 and no definition where nobody has set anything."""

    version: int
    definition: Mapping[str, Any] | None


def find_newest(session: Session | Connection, kind: str, code: str) -> Stored:
    """Return a rule as it stands."""
    columns = select(PolicyVersion.version, PolicyVersion.definition).where(PolicyVersion.kind == kind, PolicyVersion.code == code)
    row = session.execute(columns.order_by(PolicyVersion.version.desc()).limit(1)).first()
    return Stored(row.version, json.loads(row.definition)) if row else Stored(0, None)


def append(session: Session, kind: str, code: str, definition: Mapping[str, Any], *, actor: Actor, now: datetime) -> bool:
    """Set a rule anew, as its next version, and return whether that changed anything; the order of its parts counts."""
    before = find_newest(session, kind, code)
    if json.dumps(before.definition) == json.dumps(definition):
        return False
    version = PolicyVersion(
        kind=kind, code=code, version=before.version + 1, definition=json.dumps(definition), set_by=actor.pseudonym, set_at=now
    )
    session.add(version)
    session.flush()
    audit.record(session, Action.POLICY_CHANGED, actor=actor, now=now, kind=kind, rows=[bound_rows.digest_of(version)])
    return True
