"""The protocol of a run as a PDF: what went by which rule, what stayed and why, and where the log says so; no names of people."""

from typing import Any

from flask import Response

from crm.privacy.citations import cite
from crm.privacy.erasure.ended import HeldBy
from crm.services import deletion_papers
from crm.services.deletion_papers import RunProtocol
from crm.site.i18n import _, current_language, day, in_language, moment, number
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.concept import sheets
from crm.web.concept.blueprint import bp
from crm.web.period_words import period_in_words
from crm.web.retention_words import DOUBT_TEXTS, HELD_TITLES
from crm.web.typed import accept_pseudonyms

accept_pseudonyms(bp)


@bp.get("/retention/runs/<pseudonym:run_id>/protocol.pdf")
def protocol(run_id: str) -> Response:
    """Hand the protocol of a run over on paper."""
    runtime = current_runtime()
    sealer = runtime.make_sealer()
    with runtime.database.reading() as db:
        found = deletion_papers.make_protocol(db, run_id=run_id, sealer=sealer, actor=current_actor(), now=runtime.clock.now())
    name = _("Löschprotokoll %(day)s", day=found.run.day.isoformat())
    parts = [_run(found), _gone(found), _skipped(found), sheets.place_in_log([found.place], found.checkpoint)]
    return sheets.send(name, title=_("Löschprotokoll für den %(day)s", day=day(found.run.day)), parts=parts)


def _run(found: RunProtocol) -> dict[str, Any]:
    run = found.run
    pairs = [
        (_("Tag"), day(run.day)),
        (_("Begonnen"), moment(run.started_at)),
        (_("Beendet"), moment(run.finished_at) if run.finished_at else "–"),
        (_("Fällige Personen bei Beginn"), number(run.planned)),
        (_("Rückfrage"), str(DOUBT_TEXTS[run.doubt]) if run.doubt else _("keine")),
        (_("Bestätigt von"), run.confirmed_by or _("nicht nötig")),
    ]
    return sheets.part(_("Lauf"), pairs)


def _gone(found: RunProtocol) -> dict[str, Any]:
    facts = []
    for code, count in found.run.counts.items():
        rule = found.rules[code]
        pairs = [
            (_("Vergessen"), number(count)),
            (_("Löschklasse"), rule.loeschklasse),
            (_("Beginn der Frist"), in_language(rule.start_text)),
            (_("Regellöschfrist"), period_in_words(rule)),
            (_("Beruht auf"), cite(rule.source, language=current_language())),
            (_("Fassung"), str(rule.version) if rule.version else _("Vorschlag, mit dem Lethe kommt")),
        ]
        facts.append({"title": f"{code}: {in_language(rule.kind)}", "pairs": pairs})
    said = _("Gezählt ist, was der Lauf vergessen hat, nach den Regeln, die bei seinem Beginn galten.")
    return {
        "title": _("Vergessen, je Regel"),
        "texts": [said if facts else _("Der Lauf hat nichts vergessen: Nichts war fällig.")],
        "facts": facts,
    }


def _skipped(found: RunProtocol) -> dict[str, Any]:
    pairs = [(str(HELD_TITLES[HeldBy(why)]), number(count)) for why, count in found.run.skipped.items()]
    said = _("Was aus mehreren Gründen blieb, ist unter jedem gezählt.") if pairs else _("Nichts Fälliges ist geblieben.")
    return sheets.part(_("Fällig und nicht vergessen"), pairs, said)
