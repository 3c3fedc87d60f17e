"""Löschkonzept: the rules with their sources, what is due, and the runs in numbers."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from crm.privacy import retention_opinions
from crm.privacy.erasure import guard
from crm.privacy.retention_rules import FRAME
from crm.services import retention as concept
from crm.site.access import may
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.concept.words import CARRIED_OUT, PERIOD_BASES, change_in_words, frame_in_words
from crm.web.desk import current_day
from crm.web.period_words import period_in_words
from crm.web.retention_words import DOUBT_TEXTS, HELD_TITLES, STATE_TITLES
from crm.web.typed import accept_pseudonyms

bp = Blueprint("retention", __name__)
accept_pseudonyms(bp)


@bp.get("/retention")
def index() -> ResponseReturnValue:
    """Show rules, numbers and runs; nobody is named."""
    with current_runtime().database.reading() as db:
        found = concept.find_concept(db, today=current_day())
        unanswered = retention_opinions.find_unanswered(db) if may("concept.give_opinion") else []
    rules = [(each, in_language(each.rule.kind), in_language(each.rule.start_text), period_in_words(each.rule)) for each in found.rules]
    waiting = [(code, each.effective_on, change_in_words(each)) for code, each in sorted(found.waiting.items())]
    return render_template(
        "retention/index.html",
        concept=found,
        rules=[row for row in rules if not row[0].rule.no_data],
        without=[(*row, in_language(row[0].rule.no_data)) for row in rules if row[0].rule.no_data],
        waiting=waiting,
        unanswered=unanswered,
        protocols=may("concept.protocol"),
        frame=frame_in_words(found.frame),
        frame_code=FRAME,
        bases=PERIOD_BASES,
        carried=CARRIED_OUT,
        doubts=DOUBT_TEXTS,
        held=HELD_TITLES,
        states=STATE_TITLES,
        confirm_url=url_for(".confirm", run_id=found.asking.id) if found.asking and may("retention.confirm") else None,
        holds_url=url_for("holds.index") if may("holds.index") else None,
        review_url=url_for("review.show") if may("review.show") else None,
    )


@bp.post("/retention/runs/<pseudonym:run_id>/confirm")
def confirm(run_id: str) -> ResponseReturnValue:
    """Say that an unusual run is right."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        guard.confirm(db, run_id=run_id, actor=current_actor(), now=runtime.clock.now())
    flash(_("Bestätigt. Der Lauf geht innerhalb von zehn Minuten weiter."), "ok")
    return redirect(url_for(".index"), code=303)
