"""Löschsperren: the register, a new one, its approval, review and end, and the pause of the runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.actor import Actor
from crm.db import Session
from crm.errors import CrmError, InvalidInputError, NotFoundError
from crm.models.legal_hold import HoldReason, HoldScope
from crm.privacy import hold_acts, pausing
from crm.privacy.errors import PrivacyError
from crm.privacy.hold_acts import LONGEST_REFERENCE, NewHold
from crm.privacy.retention_changes import is_changeable
from crm.privacy.retention_rules import find_rules
from crm.services import forms, holds
from crm.services.forms import SentForm, new_form_token, save_once
from crm.services.holds import HoldState, HoldView
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, _l, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.visitor import current_actor
from crm.web.desk import current_day
from crm.web.typed import accept_pseudonyms, chosen_id, typed_day, typed_day_line, typed_line

bp = Blueprint("holds", __name__)
accept_pseudonyms(bp)

REASON_TITLES: Final = {HoldReason.TAX_AUDIT: _l("Prüfung durch die Finanzbehörde"), HoldReason.LITIGATION: _l("Rechtsstreit")}
_STATES: Final = {
    HoldState.ASKED: ("watch", _l("gilt, wartet auf eine zweite Person")),
    HoldState.STANDS: ("ok", _l("gilt")),
    HoldState.REVIEW: ("alarm", _l("gilt, ist zu überprüfen")),
    HoldState.LAPSED: ("idle", _l("verfallen, niemand hat bestätigt")),
    HoldState.ENDED: ("idle", _l("beendet")),
}
_OPEN: Final = frozenset({HoldState.ASKED, HoldState.STANDS, HoldState.REVIEW})
_APPROVED: Final = frozenset({HoldState.STANDS, HoldState.REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """One hold in words, and what may be done with it."""

    view: HoldView
    state: tuple[str, str]
    reason: str
    about: str
    url: str | None
    approve_url: str | None
    review_url: str | None
    end_url: str | None


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What was refused: of which hold, or of the pause, with what was typed."""

    where: str
    error: CrmError
    typed: Mapping[str, str] = field(default_factory=dict)


@bp.get("/holds")
def index() -> ResponseReturnValue:
    """Show every hold."""
    return _page()


@bp.get("/holds/new")
def new() -> ResponseReturnValue:
    """Show the form, about a person or company whose page it was opened from, or for a kind of data."""
    return _form({"review_on": ""})


@bp.post("/holds/new")
def create() -> ResponseReturnValue:
    """Ask for a hold."""
    person, company = chosen_id("person"), chosen_id("company")
    if any(typed_line(name) and chosen_id(name) is None for name in ("person", "company")):
        raise NotFoundError  # a form that was tampered with does not come to be about a whole kind of data
    asked = NewHold(
        reason=typed_line("reason"),
        reference=typed_line("reference").strip(),
        review_on=typed_day("review_on"),
        subject_id=person,
        company_id=None if person else company,
        rule=None if person or company else typed_line("scope") or None,
    )
    form = SentForm(typed_line("token"), {**request.form, "token": ""})
    try:
        save_once(lambda: _ask(asked, form))
    except InvalidInputError as error:
        typed = {name: typed_line(name) for name in ("reason", "reference", "scope", "token")} | {"review_on": typed_day_line("review_on")}
        return _form(typed, error=error), status_of(error)
    flash(_("Die Löschsperre gilt sofort. Eine zweite Person muss sie in 14 Tagen bestätigen, sonst verfällt sie."), "ok")
    return redirect(url_for(".index"), code=303)


def _ask(asked: NewHold, form: SentForm) -> None:
    runtime = current_runtime()
    with runtime.database.writing() as db, forms.sent_twice_is_known():
        hold_acts.ask(db, asked, hold_id=forms.key_of(db, form), actor=current_actor(), now=runtime.clock.now())


@bp.post("/holds/<pseudonym:hold_id>/approve")
def approve(hold_id: str) -> ResponseReturnValue:
    """Approve what somebody else asked for."""
    now = current_runtime().clock.now()
    return _act(
        hold_id, lambda db, actor: hold_acts.approve(db, hold_id=hold_id, actor=actor, now=now), _("Die Löschsperre ist bestätigt.")
    )


@bp.post("/holds/<pseudonym:hold_id>/review")
def review(hold_id: str) -> ResponseReturnValue:
    """Say that it is still needed, and when somebody asks again."""
    now, day = current_runtime().clock.now(), typed_day("review_on")
    done = _("Die Löschsperre gilt weiter; der neue Tag der Überprüfung steht in der Liste.")
    return _act(hold_id, lambda db, actor: hold_acts.review(db, hold_id=hold_id, review_on=day, actor=actor, now=now), done)


@bp.post("/holds/<pseudonym:hold_id>/end")
def end(hold_id: str) -> ResponseReturnValue:
    """End it."""
    now = current_runtime().clock.now()
    done = _("Die Löschsperre ist beendet. Was fällig ist, vergisst der nächste Löschlauf.")
    return _act(hold_id, lambda db, actor: hold_acts.end(db, hold_id=hold_id, actor=actor, now=now), done)


@bp.post("/holds/pause")
def pause() -> ResponseReturnValue:
    """Stop all runs until a day."""
    runtime, today, until = current_runtime(), current_day(), typed_day("until")
    done = _("Angehalten: Bis dahin vergisst kein Löschlauf etwas.")

    def stop(db: Session, actor: Actor) -> None:
        pausing.begin(db, reason=typed_line("pause_reason").strip(), until=until, today=today, actor=actor, now=runtime.clock.now())

    return _act("pause", stop, done)


@bp.post("/holds/resume")
def resume() -> ResponseReturnValue:
    """Let runs go on."""
    now = current_runtime().clock.now()
    return _act(
        "pause", lambda db, actor: pausing.end(db, actor=actor, now=now), _("Die Löschläufe gehen weiter und holen nach, was anstand.")
    )


def _act(where: str, do: Callable[[Session, Actor], None], done: str) -> ResponseReturnValue:
    try:
        with current_runtime().database.writing() as db:
            do(db, current_actor())
    except (InvalidInputError, PrivacyError) as error:
        typed = {"review_on": typed_day_line("review_on"), "until": typed_day_line("until"), "pause_reason": typed_line("pause_reason")}
        return _page(_Wrong(where, error, typed)), status_of(error)
    flash(done, "ok")
    return redirect(url_for(".index"), code=303)


def _page(wrong: _Wrong | None = None) -> str:
    with current_runtime().database.reading() as db:
        register = holds.find_register(db, actor=current_actor(), today=current_day())
        kinds = {code: in_language(rule.kind) for code, rule in find_rules(db).items()}
    typed = wrong.typed if wrong and wrong.where == "pause" else {}
    return render_template(
        "holds/index.html",
        strip=None,
        rows=[_row(each, kinds) for each in register.holds],
        pause=register.pause,
        pause_fields=_pause_fields(typed, wrong if wrong and wrong.where == "pause" else None) if may("holds.pause") else (),
        wrong=wrong,
        sentence=sentence_of(wrong.error) if wrong else None,
        new_url=url_for(".new") if may("holds.new") else None,
    )


def _row(view: HoldView, kinds: Mapping[str, str]) -> HoldRow:
    kind, title = _STATES[view.state]
    about, url = _about(view, kinds)
    may_approve = view.state is HoldState.ASKED and not view.is_own and may("holds.approve")
    return HoldRow(
        view=view,
        state=(kind, str(title)),
        reason=str(REASON_TITLES[view.reason]),
        about=about,
        url=url,
        approve_url=url_for(".approve", hold_id=view.id) if may_approve else None,
        review_url=url_for(".review", hold_id=view.id) if view.state in _APPROVED and may("holds.review") else None,
        end_url=url_for(".end", hold_id=view.id) if view.state in _OPEN and may("holds.end") else None,
    )


def _about(view: HoldView, kinds: Mapping[str, str]) -> tuple[str, str | None]:
    if view.scope is HoldScope.RULE:
        return f"{view.rule}: {kinds[view.rule or '']}", url_for("concept.rule", code=view.rule)
    if view.scope is HoldScope.COMPANY:
        url = url_for("companies.show", company_id=view.company_id) if may("companies.show") else None
        return view.company or _("ein Einzelunternehmen"), url
    url = url_for("contacts.show", subject_id=view.subject_id) if may("contacts.show") else None
    return _("eine Person (%(pseudonym)s)", pseudonym=(view.subject_id or "")[:8]), url


def _pause_fields(typed: Mapping[str, str], wrong: _Wrong | None) -> tuple[FieldSet, ...]:
    error = wrong.error if wrong and isinstance(wrong.error, InvalidInputError) else None
    said = {error.field: sentence_of(error)} if error else {}
    reason = FieldInput(
        name="pause_reason", title=_("Warum nichts gelöscht werden soll"), value=typed.get("pause_reason", ""), required=True,
        max_length=pausing.LONGEST_REASON, error=said.get("reason"),
    )  # fmt: skip
    until = FieldInput(
        name="until", title=_("Letzter Tag der Pause"), kind="date", value=typed.get("until", ""), required=True,
        hint=_("Höchstens 30 Tage."), error=said.get("until"),
    )  # fmt: skip
    return (FieldSet(title=_("Löschläufe anhalten"), hint=_("Anträge von Personen werden weiter ausgeführt."), fields=(reason, until)),)


def _form(typed: Mapping[str, str], *, error: InvalidInputError | None = None) -> str:
    said = {error.field: sentence_of(error)} if error else {}
    person, company = chosen_id("person"), chosen_id("company")
    with current_runtime().database.reading() as db:
        rules = [Option(code, f"{code}: {in_language(rule.kind)}") for code, rule in find_rules(db).items() if is_changeable(rule)]
        named = holds.find_company_name(db, company) if company else None
    about = _("Eine Person (%(pseudonym)s)", pseudonym=person[:8]) if person else named or (_("ein Einzelunternehmen") if company else None)
    choices = [Option(each, str(title)) for each, title in REASON_TITLES.items()]
    fields = (
        FieldInput(name="reason", title=_("Warum nicht gelöscht werden darf"), kind="select", value=typed.get("reason", ""), required=True,
                   options=(Option("", _("Bitte wählen")), *choices), error=said.get("reason")),
        FieldInput(name="reference", title=_("Worum es geht"), value=typed.get("reference", ""), required=True,
                   max_length=LONGEST_REFERENCE, hint=_("Zum Beispiel das Aktenzeichen."), error=said.get("reference")),
        *([] if about else [FieldInput(name="scope", title=_("Datenart"), kind="select", value=typed.get("scope", ""), required=True,
                                       options=(Option("", _("Bitte wählen")), *rules), error=said.get("scope"))]),
        FieldInput(name="review_on", title=_("Zu überprüfen am"), kind="date", value=typed.get("review_on", ""), required=True,
                   hint=_("Höchstens zwölf Monate; dann fragt Lethe, ob die Sperre noch nötig ist."), error=said.get("review_on")),
    )  # fmt: skip
    hidden = {"token": typed.get("token") or new_form_token(), "person": person, "company": None if person else company}
    return render_template(
        "holds/new.html",
        strip=None,
        about=about,
        about_error=said.get("scope") if about else None,
        fieldsets=(FieldSet(title=_("Löschsperre"), fields=fields),),
        hidden={name: value for name, value in hidden.items() if value},
        is_refused=bool(request.form),
    )
