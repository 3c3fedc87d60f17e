"""The proof of an erasure as one file: everything a stranger needs to check it with nothing else of this installation.

Each entry of the log comes verbatim with its proof of inclusion (C2SP tlog-proof). They name the digests of the keys that
went with the person and of what stayed at the end. What the file says besides is the controller's own statement: keys that
went later, since when nothing can be recovered, and what stays after documents have gone. `erasure_proof_checks` tells both apart.

Source: Art. 5(2), 17(1) DSGVO.
"""

import base64
import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.ledger import Sealer, StoredEntry
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.erasure.proof import ErasureProof, find_proof
from crm.services.ledger_entries import find_sealed

FORMAT: Final = "lethe-erasure-proof@1"
_KIND: Final = "erasure_proof"


class ProofNotReadyError(NotFoundError):
    """The erasure is under way, or its last entry is not sealed yet."""

    message = "Der Nachweis ist noch nicht vollständig: Die letzten Einträge werden gerade versiegelt. Versuchen Sie es gleich noch einmal."


def find_sealed_proof(session: Session, subject_id: str) -> ErasureProof:
    """Return the proof of an erasure of which every step is done and sealed.

    Raises:
        NotFoundError: no erasure of this pseudonym was ordered.
        ProofNotReadyError: not every step is done and sealed.
    """
    proof = find_proof(session, subject_id=subject_id)
    if not proof.is_sealed:
        raise ProofNotReadyError
    return proof


def make_file(session: Session, *, subject_id: str, sealer: Sealer, actor: Actor, now: datetime) -> bytes:
    """Return the proof of an erasure as a file; that it was handed out is entered.

    Raises:
        NotFoundError: no erasure of this pseudonym was ordered.
        ProofNotReadyError: not every step is done and sealed.
    """
    proof = find_sealed_proof(session, subject_id)
    content = {
        **_statement(proof),
        "log": str(sealer.signer.verifier),
        "entries": [_entry(session, each, sealer) for each in proof.entries],
    }
    audit.record(session, Action.LOG_READ, actor=actor, now=now, subject_id=subject_id, count=len(proof.entries), kind=_KIND)
    return json.dumps(content, indent=2).encode() + b"\n"


def _statement(proof: ErasureProof) -> dict[str, Any]:
    keys = [
        {
            "compartment": each.compartment,
            "version": each.version,
            "ordered_at": _text(each.ordered_at),
            "removed_at": _text(each.removed_at),
            "irrecoverable_since": _text(each.irrecoverable_since),
        }
        for each in proof.keys
    ]
    return {
        "format": FORMAT,
        "subject": proof.subject_id,
        "cause": proof.cause,
        "rule": proof.rule,
        "case": proof.case_id,
        "ordered_at": _text(proof.ordered_at),
        "destroyed_at": _text(proof.destroyed_at),
        "completed_at": _text(proof.completed_at),
        "keys": keys,
        "kept_as_completed": proof.kept_as_completed,
        "kept": [{"table": each.table, "because": each.kept, "rows": each.rows} for each in proof.kept],
    }


def _entry(session: Session, entry: StoredEntry, sealer: Sealer) -> dict[str, Any]:
    found = find_sealed(session, index=entry.index or 0, sealer=sealer)
    if found.leaf is None or found.proof is None:
        raise ProofNotReadyError
    return {
        "action": entry.fields.get("act"),
        "index": found.index,
        "leaf": base64.b64encode(found.leaf).decode(),
        "proof": found.proof.decode(),
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
