"""What is handed out on paper about forgetting: the protocol of a run and the certificate of one erasure, each with its place in the log.

Neither holds contents or names of people. Whoever audits finds each entry by its number in the log, and the log by its checkpoint.

Source: Art. 5(2), 17(1) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.errors import NotFoundError
from crm.ledger import Checkpoint, EntryFilter, Sealer
from crm.models.request_case import RequestCase
from crm.models.retention import RunState
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.erasure.proof import ErasureProof
from crm.privacy.periods import RetentionRule
from crm.privacy.retention_rules import find_rules_at
from crm.services.erasure_proofs import ProofNotReadyError, find_sealed_proof
from crm.services.ledger_entries import find_sealed
from crm.services.retention import RunView, find_run

RUN_PROTOCOL: Final = "run_protocol"
CERTIFICATE: Final = "erasure_certificate"
# An entry carries the moment of its run, or a later one where another process wrote in between: the log goes forward in time.
_ENTERED_WITHIN: Final = timedelta(days=2)
_RUNS_OF_TWO_DAYS: Final = 2000


class RunNotDoneError(NotFoundError):
    """The run is under way, or it asks."""

    message = "Dieser Löschlauf ist noch nicht fertig. Das Protokoll gibt es, sobald er es ist."


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the log; `fits`: the checkpoint covers it, and it is unchanged."""

    action: str
    index: int
    happened_at: datetime | None
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProtocol:
    """What a run did, with the rules as they held when it began.

    Attributes:
        checkpoint: the newest of the log; it covers the entry.
    """

    run: RunView
    rules: Mapping[str, RetentionRule]
    place: Place
    checkpoint: Checkpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What can be certified of one erasure.

    Attributes:
        rule: as it held when the erasure was ordered; None where no rule ended the period.
        case_number: of the request that asked for it.
    """

    proof: ErasureProof
    rule: RetentionRule | None
    case_number: str | None
    places: tuple[Place, ...]
    checkpoint: Checkpoint | None


def make_protocol(session: Session, *, run_id: str, sealer: Sealer, actor: Actor, now: datetime) -> RunProtocol:
    """Return what a run did; that it was handed out is entered.

    Raises:
        NotFoundError: there is no such run.
        RunNotDoneError: it is not done.
        ProofNotReadyError: its entry is not sealed yet.
    """
    run = find_run(session, run_id)
    if run.state is not RunState.DONE:
        raise RunNotDoneError
    place, checkpoint = _find_place(session, _find_index(session, run), sealer)
    audit.record(session, Action.LOG_READ, actor=actor, now=now, count=1, kind=RUN_PROTOCOL)
    return RunProtocol(run=run, rules=find_rules_at(session, run.started_at), place=place, checkpoint=checkpoint)


def certify(session: Session, *, subject_id: str, sealer: Sealer, actor: Actor, now: datetime) -> Certificate:
    """Return what can be certified of an erasure; that it was handed out is entered.

    Raises:
        NotFoundError: no erasure of this pseudonym was ordered.
        ProofNotReadyError: not every step is done and sealed.
    """
    proof = find_sealed_proof(session, subject_id)
    found = [_find_place(session, each.index, sealer) for each in proof.entries]
    case = session.get(RequestCase, proof.case_id) if proof.case_id else None
    audit.record(session, Action.LOG_READ, actor=actor, now=now, subject_id=subject_id, count=len(found), kind=CERTIFICATE)
    return Certificate(
        proof=proof,
        rule=find_rules_at(session, proof.ordered_at).get(proof.rule) if proof.rule else None,
        case_number=case.number if case else None,
        places=tuple(place for place, _ in found),
        checkpoint=found[-1][1] if found else None,
    )


def _find_index(session: Session, run: RunView) -> int | None:
    """Return the place of the entry that the end of a run made; None while it waits to be sealed."""
    finished_at = run.finished_at or run.started_at
    wanted = EntryFilter(action=Action.RETENTION_RUN, since=finished_at, until=finished_at + _ENTERED_WITHIN)
    entries = ledger.find_entries(session, wanted, limit=_RUNS_OF_TWO_DAYS)
    return next((each.index for each in entries if each.fields.get("obj") == run.day.isoformat()), None)


def _find_place(session: Session, index: int | None, sealer: Sealer) -> tuple[Place, Checkpoint | None]:
    if index is None:
        raise ProofNotReadyError
    found = find_sealed(session, index=index, sealer=sealer)
    return Place(str(found.fields.get("act", "")), index, found.happened_at, found.fits), found.checkpoint
