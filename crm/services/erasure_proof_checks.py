"""Checks the proof of an erasure against the public key of the log, with nothing else of the installation.

The entries prove that and when each step was, why, and by which case. What the file repeats of that has to say the same.
They name the digests of the keys that went and of what stayed, so a changed compartment is found. What no entry holds is
the controller's statement: keys that went later, since when no copy can give one back, what is left after documents have gone.
It is asked whether it contradicts the entries or itself and, where the key store is at hand, its tombstones.

Source: Art. 5(2), 17(1) DSGVO.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crm import ledger
from crm.clock import from_micros
from crm.errors import InvalidInputError
from crm.ledger import VerifierKey
from crm.ledger.leaf import parse
from crm.models.erasure import ErasureJob
from crm.privacy import bound_rows
from crm.privacy.actions import Action
from crm.privacy.erasure.proof import STEPS
from crm.services import erasure_proof_statement as statement
from crm.services.erasure_proofs import FORMAT
from crm.vault import Destruction

# The moments of the file that are those of entries. That of the order is proven by the digest of its row instead: where another
# process wrote between decision and entry, the entry carries the later moment, because the log goes forward in time.
_MOMENTS: Final = {
    "destroyed_at": Action.ERASURE_KEY_DESTROYED,
    "completed_at": Action.ERASURE_COMPLETED,
}


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
    """Whether each step of a pseudonym's erasure is proven.

    Attributes:
        differing: fields of the file that say something else than the entries, or contradict each other.
        stated: fields of the file that no entry holds: the controller's statement.
    """

    subject_id: str
    steps: tuple[CheckedStep, ...]
    differing: tuple[str, ...]
    stated: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        return all(each.fits for each in self.steps) and not self.differing


@dataclass(frozen=True, slots=True)
class _Proven:
    """An entry that the log proves: its fields, its place, and the place that stands beside it in the file."""

    fields: Mapping[str, Any]
    index: int
    said_index: object

    @property
    def happened_at(self) -> datetime:
        return from_micros(self.fields["t"])


def subject_of(content: bytes) -> str:
    """Return whose erasure the file is about.

    Raises:
        NoErasureProofError: the file is something else.
    """
    return str(_read(content)["subject"])


def check(content: bytes, *, key: str, destructions: Sequence[Destruction] | None = None) -> CheckedErasure:
    """Check a proof of an erasure against the public key of the log; needs no installation.

    Args:
        destructions: what the tombstones of the key store say, where it is at hand.

    Raises:
        NoErasureProofError: the file is something else.
        NoVerifierKeyError: the key is none.
    """
    try:
        trusted = VerifierKey.parse(key)
    except ValueError as error:
        raise NoVerifierKeyError(field="key") from error
    said = _read(content)
    subject_id = said["subject"]
    found = {action: _find_proven(action, subject_id, said["entries"], trusted) for action in STEPS}
    proven = {action: entry for action, entry in found.items() if entry is not None}
    in_destroyed, in_completed = (_named(proven.get(action)) for action in (Action.ERASURE_KEY_DESTROYED, Action.ERASURE_COMPLETED))
    destroyed = proven.get(Action.ERASURE_KEY_DESTROYED)
    differing = (
        *(["log"] if said.get("log") != str(trusted) else []),
        *_differing(said, proven),
        *statement.find_wrong_keys(said, in_destroyed, destroyed_at=destroyed.happened_at if destroyed else None),
        *(["kept"] if bool(said.get("kept_as_completed")) != statement.is_kept_proven(said, in_completed) else []),
        *(statement.find_unlike_tombstones(said, destructions) if destructions is not None else ()),
    )
    stated = tuple(statement.find_stated(said, in_destroyed, in_completed))
    steps = tuple(_step(action, found[action]) for action in STEPS)
    return CheckedErasure(subject_id, steps, tuple(dict.fromkeys(differing)), stated)


def _named(entry: _Proven | None) -> tuple[str, ...]:
    return tuple(entry.fields.get("vh", ())) if entry else ()


def _read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise NoErasureProofError
        entries = [{"index": each.get("index")} | {name: str(each[name]) for name in ("leaf", "proof")} for each in said["entries"]]
        return {**said, "subject": str(said["subject"]), "entries": entries}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NoErasureProofError from error


def _step(action: Action, entry: _Proven | None) -> CheckedStep:
    """Return the step as its leaf says it: what stands beside the leaf in the file proves nothing."""
    return CheckedStep(action, entry.index, entry.happened_at, fits=True) if entry else CheckedStep(action, None, None, fits=False)


def _find_proven(action: Action, subject_id: str, entries: Sequence[Mapping[str, Any]], trusted: VerifierKey) -> _Proven | None:
    for each in entries:
        try:
            leaf = base64.b64decode(each["leaf"], validate=True)
            fields = parse(leaf)
        except ValueError:
            continue
        if (fields.get("act"), fields.get("sub")) == (action, subject_id):
            proof = ledger.check_proof(each["proof"].encode(), leaf, [trusted])
            return _Proven(fields, proof.index, each["index"]) if proof else None
    return None


def _differing(said: Mapping[str, Any], proven: Mapping[Action, _Proven]) -> Iterator[str]:
    """Name what the file says otherwise than the entries that the log proves."""
    for name, action in _MOMENTS.items():
        if action in proven and statement.read_moment(said.get(name)) != proven[action].happened_at:
            yield name
    if any(type(each.said_index) is not int or each.said_index != each.index for each in proven.values()):
        yield "index"
    ordered = proven.get(Action.ERASURE_ORDERED)
    if ordered is None:
        return
    if said.get("cause") != ordered.fields.get("obj"):
        yield "cause"
    if said.get("rule") != ordered.fields.get("res"):
        yield "rule"
    yield from _differing_in_order(said.get("case"), statement.read_moment(said.get("ordered_at")), ordered)


def _differing_in_order(case_id: object, ordered_at: datetime | None, ordered: _Proven) -> Iterator[str]:
    """Name what makes the order in the file another than the one of the entry; where only both together can be told, both."""
    if _is_order(case_id, ordered_at, ordered):
        return
    if ordered_at != ordered.happened_at:
        yield "ordered_at"
    if not _is_order(case_id, ordered.happened_at, ordered):
        yield "case"


def _is_order(case_id: object, ordered_at: datetime | None, ordered: _Proven) -> bool:
    """Say whether the entry names the order as it would be with this case and moment: it holds the digest of that row."""
    if ordered_at is None or not (case_id is None or isinstance(case_id, str)):
        return False
    fields = ordered.fields
    row = {
        "subject_id": fields["sub"],
        "cause": fields.get("obj"),
        "rule": fields.get("res"),
        "case_id": case_id,
        "ordered_at": ordered_at,
        "ordered_by": fields["a"],
    }
    return bound_rows.digest(ErasureJob.__tablename__, row) in fields.get("vh", ())
