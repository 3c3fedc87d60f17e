"""Karteileichen aufräumen: people whose time is up, one by one: let go, or keep with a reason until a day."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.retention import KeepReason
from crm.privacy.purposes import Purpose
from crm.services import review
from crm.services.contacts.view import find_allowing
from crm.services.review import Kept, Reviewed
from crm.services.staff_names import find_staff_names
from crm.site.access import may
from crm.site.errors import sentence_of
from crm.site.i18n import _, day, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, Option
from crm.web.desk import Desk, open_desk, purpose_links, strip_of
from crm.web.due import elsewhere, urgency_of
from crm.web.names import NAME_FIELDS, full_name
from crm.web.period_words import period_in_words
from crm.web.retention_words import REASON_TITLES
from crm.web.typed import accept_pseudonyms, chosen_id, typed_day, typed_day_line, typed_line

bp = Blueprint("review", __name__)
accept_pseudonyms(bp)


@bp.get("/review")
def show() -> ResponseReturnValue:
    """Show the person who was asked for, else the next one to decide about."""
    return _page("review/show.html", chosen_id("person"))


@bp.get("/review/<pseudonym:subject_id>/let-go")
def confirm(subject_id: str) -> ResponseReturnValue:
    """Say what letting go does, before it is done."""
    return _page("review/let_go.html", subject_id)


@bp.post("/review/<pseudonym:subject_id>/let-go")
def let_go(subject_id: str) -> ResponseReturnValue:
    """Order the erasure."""
    with current_runtime().database.writing() as db:
        desk = open_desk(db)
        review.let_go(db, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now, zone=desk.zone)
    flash(_("Die Löschung ist angeordnet; in wenigen Sekunden ist die Person überall vergessen."), "ok")
    return redirect(url_for(".show"), code=303)


@bp.post("/review/<pseudonym:subject_id>/keep")
def keep(subject_id: str) -> ResponseReturnValue:
    """Keep the person until a day."""
    try:
        with current_runtime().database.writing() as db:
            desk = open_desk(db)
            reason, until = typed_line("reason"), typed_day("until")
            kept = review.keep(
                db,
                subject_id=subject_id,
                reason=reason,
                until=until,
                purpose=desk.purpose,
                actor=desk.actor,
                now=desk.now,
                zone=desk.zone,
            )
    except InvalidInputError as error:
        return _page("review/show.html", subject_id, error=error), 422
    flash(_kept_in_words(kept), "ok")
    return redirect(url_for(".show", person=chosen_id("next")), code=303)


def _kept_in_words(kept: Kept) -> str:
    if kept.restricted:
        return _("Die Person bleibt bis zu diesem Tag; ihre Daten bleiben eingeschränkt. Vor dem Tag wird wieder gefragt.")
    if kept.released:
        return _("Die Person bleibt bis zu diesem Tag, und die Einschränkung ist aufgehoben. Vor dem Tag wird wieder gefragt.")
    return _("Die Person bleibt bis zu diesem Tag; davor wird wieder gefragt.")


def _page(template: str, subject_id: str | None, *, error: InvalidInputError | None = None) -> str:
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        found = review.open_next(db, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now, zone=desk.zone)
        owner = _owner(db, found)
        showing = _find_showing(db, desk, found)
    if found is None:
        return render_template("review/empty.html", strip=strip_of(desk, shown=0), concept_url=_concept_url())
    is_another = subject_id is not None and subject_id != found.subject_id
    return render_template(
        "review/show.html" if is_another else template,  # what cannot be undone is asked about nobody but the one who was named
        strip=strip_of(desk, shown=len(NAME_FIELDS) if found.person else 0),
        heading=full_name(found.person.fields) if found.person else elsewhere(showing),
        facts=_facts(found, owner),
        found=found,
        offers=purpose_links(showing),
        decides=found.decides,
        urgency=urgency_of(found.forgetting.due_on, today=desk.today) if found.forgetting.due_on and not found.kept else None,
        fields=_fields(desk, error),
        is_another=is_another,
        kept_because=REASON_TITLES[KeepReason(found.kept.reason)] if found.kept else None,
        contact_url=url_for("contacts.show", subject_id=found.subject_id) if found.person and may("contacts.show") else None,
    )


def _find_showing(db: Session, desk: Desk, found: Reviewed | None) -> tuple[Purpose, ...]:
    """Return the purposes of the reader's role that show somebody whom the purpose at hand does not."""
    if found is None or found.person:
        return ()
    return tuple(find_allowing(db, subject_id=found.subject_id, purposes=desk.purposes, actor=desk.actor, now=desk.now))


def _owner(db: Session, found: Reviewed | None) -> str | None:
    return find_staff_names(db).by_account.get(found.owner_id) if found and found.owner_id else None


def _facts(found: Reviewed, owner: str | None) -> list[tuple[str, str]]:
    rule = found.forgetting.rule
    facts = [(_("Regel"), f"{rule.code}: {in_language(rule.kind)}"), (_("Beginn der Frist"), in_language(rule.start_text))]
    facts.append((_("Frist"), period_in_words(rule)))
    facts += [(_("Letzter Kontakt"), day(found.last_contact_on))] if not found.forgetting.due_on else []
    facts.append((_("Betreut von"), owner or _("niemandem")))
    facts += [(_("Funktion"), found.person.fields["position"])] if found.person and found.person.fields.get("position") else []
    facts += [(_("Ort"), found.person.fields["city"])] if found.person and found.person.fields.get("city") else []
    return facts


def _fields(desk: Desk, error: InvalidInputError | None) -> tuple[FieldInput, FieldInput]:
    latest = review.latest_keep(desk.today)
    wrong = {error.field: sentence_of(error)} if error else {}
    reasons = (Option("", _("Bitte wählen")), *(Option(each.value, str(REASON_TITLES[each])) for each in review.OFFERED))
    reason = FieldInput(
        name="reason", title=_("Grund"), value=request.form.get("reason", ""), kind="select", options=reasons, error=wrong.get("reason")
    )
    until = FieldInput(
        name="until",
        title=_("Behalten bis"),
        # No day is set in advance, the longest least of all: how long is part of the decision (Art. 5(1)(e), 25(2) DSGVO).
        value=typed_day_line("until"),
        kind="date",
        hint=_("Spätestens %(day)s; so kurz wie nötig. Vor dem Tag wird wieder gefragt.", day=day(latest)),
        error=wrong.get("until"),
        short=True,
    )
    return reason, until


def _concept_url() -> str | None:
    return url_for("retention.index") if may("retention.index") else None
