"""The certificate of one erasure as a PDF: why, when, which keys went, what stays, and where the log says so; no contents."""

from typing import Any

from flask import Response

from crm.privacy.citations import cite
from crm.services import deletion_papers
from crm.services.deletion_papers import Certificate
from crm.site.i18n import _, current_language, in_language, moment, number
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.vault import Destruction
from crm.web.concept import sheets
from crm.web.ledger.blueprint import bp
from crm.web.ledger.erasure import show_kept
from crm.web.ledger.words import CAUSE_TITLES, COMPARTMENT_TITLES
from crm.web.period_words import period_in_words


@bp.get("/ledger/subject/<pseudonym:subject_id>/erasure.pdf")
def erasure_certificate(subject_id: str) -> Response:
    """Certify an erasure on paper."""
    runtime = current_runtime()
    sealer = runtime.make_sealer()
    with runtime.database.reading() as db:
        found = deletion_papers.certify(db, subject_id=subject_id, sealer=sealer, actor=current_actor(), now=runtime.clock.now())
    parts = [_erasure(found), _keys(found), _kept(found), sheets.place_in_log(found.places, found.checkpoint)]
    return sheets.send(_("Löschbescheinigung %(code)s", code=subject_id[:12]), title=_("Bescheinigung einer Löschung"), parts=parts)


def _erasure(found: Certificate) -> dict[str, Any]:
    proof, rule = found.proof, found.rule
    pairs = [
        (_("Kennung"), proof.subject_id),
        (_("Anlass"), str(CAUSE_TITLES[proof.cause])),
        *([(_("Fall"), found.case_number)] if found.case_number else []),
        *([(_("Regel"), f"{rule.code}: {in_language(rule.kind)}")] if rule else []),
        *([(_("Frist"), period_in_words(rule)), (_("Beruht auf"), cite(rule.source, language=current_language()))] if rule else []),
        (_("Angeordnet"), moment(proof.ordered_at)),
        (_("Schlüssel zerstört"), moment(proof.destroyed_at) if proof.destroyed_at else "–"),
        (_("Abgeschlossen"), moment(proof.completed_at) if proof.completed_at else "–"),
    ]
    said = _(
        "Die Kennung ist eine Zufallszahl und sagt nicht, wer dahinter stand. Mit dem Schlüssel der Person wurden auch Kopien ihrer "
        "Angaben unlesbar; ab wann auch keine ältere Sicherung den Schlüssel zurückgibt, steht unten."
    )
    return sheets.part(_("Löschung"), pairs, said)


def _keys(found: Certificate) -> dict[str, Any]:
    facts = [{"title": str(COMPARTMENT_TITLES[each.compartment]), "pairs": _key(each)} for each in found.proof.keys]
    return {"title": _("Zerstörte Schlüssel"), "texts": [] if facts else [_("Es gab keinen Schlüssel.")], "facts": facts}


def _key(key: Destruction) -> sheets.Pairs:
    removed = moment(key.removed_at) if key.removed_at else _("steht noch aus")
    return [
        (_("Aus dem laufenden System entfernt"), removed),
        (
            _("Auch aus Sicherungen unwiederbringlich"),
            moment(key.irrecoverable_since) if key.irrecoverable_since else _("noch nicht: erst wenn die laufende Epoche schließt"),
        ),
    ]


def _kept(found: Certificate) -> dict[str, Any]:
    kept = show_kept(found.proof)
    facts = [{"title": each.title, "pairs": [(_("Datensätze"), number(each.rows)), (_("Grund"), each.reason)]} for each in kept]
    return {"title": _("Was bleibt, und warum"), "texts": [] if facts else [_("Es bleibt nichts.")], "facts": facts}
