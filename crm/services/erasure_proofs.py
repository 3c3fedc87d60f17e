"""The proof of an erasure as one file: everything a stranger needs to check it with nothing else of this installation.

Each entry of the log comes verbatim with its proof of inclusion (C2SP tlog-proof). What the file says besides them, of
keys and of what is kept, is the controller's own statement; `check` tells both apart.

Source: Art. 5(2), 17(1) DSGVO.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.clock import from_micros
from crm.errors import InvalidInputError, NotFoundError
from crm.ledger import Sealer, StoredEntry, VerifierKey
from crm.ledger.leaf import parse
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.erasure.proof import STEPS, ErasureProof, find_proof
from crm.services.ledger_entries import find_sealed

FORMAT: Final = "lethe-erasure-proof@1"
_KIND: Final = "erasure_proof"


class ProofNotReadyError(NotFoundError):
    """The erasure is under way, or its last entry is not sealed yet."""

    message = "Der Nachweis ist noch nicht vollständig: Die letzten Einträge werden gerade versiegelt. Versuchen Sie es gleich noch einmal."


class NoErasureProofError(InvalidInputError):
    """The file is not the proof of an erasure."""

    message = "Diese Datei ist kein Nachweis einer Löschung. Geben Sie die Datei an, die auf der Seite der Kennung heruntergeladen wurde."


class NoVerifierKeyError(InvalidInputError):
    """What was given is no public key of a log."""

    message = (
        "Das ist kein öffentlicher Schlüssel eines Protokolls. Er hat die Form Name+Prüfsumme+Schlüssel; `lethe log key` gibt ihn aus."
    )


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """One step of an erasure as its entry in the log says it; `fits` if the log proves that entry."""

    action: str
    index: int | None
    happened_at: datetime | None
    fits: bool


@dataclass(frozen=True, slots=True)
class CheckedErasure:
    """Whether each step of a pseudonym's erasure is proven."""

    subject_id: str
    steps: tuple[CheckedStep, ...]

    @property
    def is_proven(self) -> bool:
        return all(each.fits for each in self.steps)


def make_file(session: Session, *, subject_id: str, sealer: Sealer, actor: Actor, now: datetime) -> bytes:
    """Return the proof of an erasure as a file; that it was handed out is entered.

    Raises:
        NotFoundError: no erasure of this pseudonym was ordered.
        ProofNotReadyError: not every step is done and sealed.
    """
    proof = find_proof(session, subject_id=subject_id)
    if not proof.is_sealed:
        raise ProofNotReadyError
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


def check(content: bytes, *, key: str) -> CheckedErasure:
    """Check a proof of an erasure against the public key of the log; needs no installation.

    Raises:
        NoErasureProofError: the file is something else.
        NoVerifierKeyError: the key is none.
    """
    try:
        trusted = VerifierKey.parse(key)
    except ValueError as error:
        raise NoVerifierKeyError(field="key") from error
    subject_id, entries = _read(content)
    return CheckedErasure(subject_id, tuple(_check_step(action, subject_id, entries, trusted) for action in STEPS))


def _read(content: bytes) -> tuple[str, Sequence[Mapping[str, str]]]:
    try:
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise NoErasureProofError
        return str(said["subject"]), [{name: str(each[name]) for name in ("action", "leaf", "proof")} for each in said["entries"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NoErasureProofError from error


def _check_step(action: Action, subject_id: str, entries: Sequence[Mapping[str, str]], trusted: VerifierKey) -> CheckedStep:
    """Return the step as its leaf says it: what stands beside the leaf in the file proves nothing."""
    for each in entries:
        try:
            leaf = base64.b64decode(each["leaf"], validate=True)
            fields = parse(leaf)
        except ValueError:
            continue
        if (fields.get("act"), fields.get("sub")) == (action, subject_id):
            proof = ledger.check_proof(each["proof"].encode(), leaf, [trusted])
            return CheckedStep(action, proof.index, from_micros(fields["t"]), fits=True) if proof else _unproven(action)
    return _unproven(action)


def _unproven(action: Action) -> CheckedStep:
    return CheckedStep(action, None, None, fits=False)
