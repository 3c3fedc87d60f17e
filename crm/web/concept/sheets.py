"""What the papers about forgetting have in common: their head, a part of facts, and where the log says so."""

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flask import Response, send_file

from crm.documents import render
from crm.ledger import Checkpoint
from crm.services.deletion_papers import Place
from crm.site.i18n import _, current_language, moment
from crm.site.installation import current_runtime
from crm.web.action_words import ACTION_TITLES
from crm.web.desk import current_day

Pairs = Sequence[tuple[str, str]]


def send(name: str, *, title: str, parts: Sequence[Mapping[str, Any]], note: str | None = None) -> Response:
    """Return a paper as a download that no cache keeps."""
    runtime = current_runtime()
    content = {
        "language": current_language(),
        "title": title,
        "organisation": runtime.settings.organisation,
        "note": note
        or _(
            "Erzeugt am %(moment)s. Das Blatt nennt niemanden, um dessen Daten es geht, und keine Inhalte.",
            moment=moment(runtime.clock.now()),
        ),
        "date": current_day().isoformat(),
        "page_words": [_("Seite"), _("von")],
        "parts": parts,
    }
    answer = send_file(BytesIO(render("sheet", content)), mimetype="application/pdf", as_attachment=True, download_name=f"{name}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def part(title: str, pairs: Pairs, *texts: str) -> dict[str, Any]:
    """Return a part that holds facts without headings of their own."""
    return {"title": title, "texts": texts, "facts": [{"title": "", "pairs": pairs}] if pairs else []}


def place_in_log(places: Sequence[Place], checkpoint: Checkpoint | None) -> dict[str, Any]:
    """Return the part that leads whoever audits to the entries and to the signed state of the log that covers them."""
    facts: list[dict[str, Any]] = [{"title": _entry_title(each), "pairs": _entry(each)} for each in places]
    if checkpoint:
        pairs = [
            (_("Protokoll"), checkpoint.origin),
            (_("Einträge"), str(checkpoint.size)),
            (_("Wurzel"), base64.b64encode(checkpoint.root).decode()),
        ]
        facts.append({"title": _("Unterschriebener Stand des Protokolls"), "pairs": pairs})
    said = _(
        "Jeder Schritt steht als Eintrag im Protokoll. Ob es ihn gibt und ob er unverändert ist, lässt sich mit der Nummer und "
        "dem öffentlichen Schlüssel des Protokolls prüfen, auch mit fremder Software (C2SP tlog-proof)."
    )
    return {"title": _("Wo es im Protokoll steht"), "texts": [said], "facts": facts}


def _entry_title(place: Place) -> str:
    return _("Eintrag %(number)s", number=place.index)


def _entry(place: Place) -> Pairs:
    return [
        (_("Vorgang"), str(ACTION_TITLES.get(place.action, place.action))),
        (_("Zeitpunkt"), moment(place.happened_at) if place.happened_at else "–"),
        (_("Nachweis"), _("passt zum unterschriebenen Stand") if place.fits else _("passt nicht; bitte das Protokoll prüfen")),
    ]
