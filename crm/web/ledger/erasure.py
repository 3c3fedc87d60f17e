"""The erasure of a pseudonym: what was destroyed when, what stays and why, and the proof as a file."""

from collections import Counter

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import NotFoundError
from crm.privacy.erasure.proof import ErasureProof, find_proof
from crm.services.erasure_proofs import make_file
from crm.site.access import may
from crm.site.installation import current_runtime
from crm.site.view_models import DestroyedKeyView, ErasureView, KeptView
from crm.site.visitor import current_actor
from crm.web.ledger.blueprint import bp
from crm.web.ledger.words import CAUSE_TITLES, COMPARTMENT_TITLES, KEPT_REASONS, KEPT_TITLES


@bp.get("/ledger/subject/<pseudonym:subject_id>/erasure")
def erasure_proof(subject_id: str) -> ResponseReturnValue:
    """Hand out the proof of an erasure as one file that can be checked without this installation."""
    runtime = current_runtime()
    sealer = runtime.make_sealer()
    with runtime.database.reading() as db:
        content = make_file(db, subject_id=subject_id, sealer=sealer, actor=current_actor(), now=runtime.clock.now())
    headers = {"Content-Disposition": f'attachment; filename="lethe-erasure-{subject_id[:12]}.json"'}
    return Response(content, content_type="application/json", headers=headers)


def show_erasure(session: Session, subject_id: str) -> ErasureView | None:
    """Return the erasure of a pseudonym for its page, or None where none was ordered."""
    try:
        proof = find_proof(session, subject_id=subject_id)
    except NotFoundError:
        return None
    return ErasureView(
        cause=str(CAUSE_TITLES[proof.cause]),
        rule=proof.rule,
        ordered_at=proof.ordered_at,
        completed_at=proof.completed_at,
        keys=tuple(
            DestroyedKeyView(
                title=str(COMPARTMENT_TITLES[each.compartment]),
                ordered_at=each.ordered_at,
                removed_at=each.removed_at,
                irrecoverable_since=each.irrecoverable_since,
            )
            for each in proof.keys
        ),
        kept=show_kept(proof),
        file_url=url_for(".erasure_proof", subject_id=subject_id) if proof.is_sealed and may("ledger.erasure_proof") else None,
        paper_url=url_for(".erasure_certificate", subject_id=subject_id) if proof.is_sealed and may("ledger.erasure_certificate") else None,
    )


def show_kept(proof: ErasureProof) -> tuple[KeptView, ...]:
    """Return what stays by reason: the names of tables say nothing to people."""
    rows: Counter[str] = Counter()
    for each in proof.kept:
        rows[each.kept] += each.rows
    return tuple(KeptView(str(KEPT_TITLES[kept]), str(KEPT_REASONS[kept]), count) for kept, count in rows.items())
