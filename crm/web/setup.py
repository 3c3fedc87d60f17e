"""Einrichtung: the steps from an empty installation to one that people work in, each with its form, done in ten minutes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.actor import Role
from crm.db import Session
from crm.errors import CrmError, InvalidInputError
from crm.privacy import policy_versions, purposes
from crm.privacy.errors import StaleVersionError
from crm.services import controller, controller_changes, setting_up
from crm.services.accounts import own_account
from crm.services.controller_changes import LONGEST
from crm.services.setting_up import LONGEST_REASON, WORKS_WITH_PEOPLE, Step
from crm.settings import FEDERAL_STATES
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, _l, current_language, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.visitor import current_actor
from crm.site.words import ROLE_TITLES
from crm.web import gates
from crm.web.typed import typed_line, typed_number

bp = Blueprint("setup", __name__)

TITLES: Final = {
    Step.CONTROLLER: _l("Ihr Unternehmen"),
    Step.COORDINATOR: _l("Wer über Datenschutz entscheidet"),
    Step.DPO: _l("Datenschutzbeauftragte oder keine"),
    Step.PURPOSES: _l("Wozu Sie Kundendaten verwenden"),
    Step.MAIL: _l("E-Mail"),
    Step.USERS: _l("Wer damit arbeitet"),
}
_FACTS: Final = {
    "organisation": (_l("Name mit Rechtsform"), None),
    "organisation_address": (
        _l("Anschrift"),
        _l("In einer Zeile, mit Kommas: Königstraße 12, 34117 Kassel. Steht auf Briefen und im Portal."),
    ),
    "privacy_email": (_l("E-Mail für Datenschutz"), None),
    "privacy_phone": (_l("Telefon für Datenschutz"), None),
    "imprint_url": (_l("Adresse des Impressums"), None),
    "authority": (_l("Zuständige Aufsichtsbehörde"), _l("Name und Anschrift; Antworten an Betroffene nennen sie.")),
    "federal_state": (_l("Bundesland"), _l("Seine Feiertage verschieben Fristen.")),
}


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed into one step and could not be taken."""

    step: Step
    error: CrmError
    fields: Mapping[str, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()

    def wrong(self, name: str) -> str | None:
        """Return the sentence for a field."""
        return sentence_of(self.error) if isinstance(self.error, InvalidInputError) and self.error.field == name else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeLine:
    """One purpose to choose; `always` is a duty and cannot be left out."""

    code: str
    title: str
    text: str
    used: bool
    always: bool


@bp.get("/setup")
def index() -> ResponseReturnValue:
    """Show the steps and how far each is."""
    return _page()


@bp.post("/setup/company")
def company() -> ResponseReturnValue:
    """Set who the controller is."""
    runtime = current_runtime()
    facts = {name: typed_line(name) for name in LONGEST}
    try:
        with runtime.database.writing() as db:
            changed = controller_changes.change(
                db, facts=facts, expected_version=typed_number("version"), actor=current_actor(), now=runtime.clock.now()
            )
    except (InvalidInputError, StaleVersionError) as error:
        return _page(_Typed(Step.CONTROLLER, error, facts)), status_of(error)
    runtime.current.look_again()
    return _done(Step.CONTROLLER, is_changed=changed)


@bp.post("/setup/dpo")
def dpo() -> ResponseReturnValue:
    """Keep why there is no data protection officer."""
    reason = typed_line("why_not")
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            changed = setting_up.say_why_no_dpo(db, reason=reason, actor=current_actor(), now=runtime.clock.now())
    except InvalidInputError as error:
        return _page(_Typed(Step.DPO, error, {"why_not": reason})), status_of(error)
    return _done(Step.DPO, is_changed=changed)


@bp.post("/setup/purposes")
def choose() -> ResponseReturnValue:
    """Choose the purposes that are used."""
    used = frozenset(request.form.getlist("used"))
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            changed = setting_up.choose_purposes(db, used=used, actor=current_actor(), now=runtime.clock.now())
    except InvalidInputError as error:
        return _page(_Typed(Step.PURPOSES, error, used=used)), status_of(error)
    return _done(Step.PURPOSES, is_changed=changed)


@bp.post("/setup/mail")
def mail() -> ResponseReturnValue:
    """Write a mail to oneself, to see whether mail arrives."""
    runtime = current_runtime()
    with runtime.database.writing() as db:
        to = own_account.get_email(db, gates.get_signed_in())
        setting_up.write_test_mail(db, to=to, language=current_language(), settings=runtime.settings, now=runtime.clock.now())
    flash(_("Eine Probe-E-Mail ist auf dem Weg zu Ihnen."), "ok")
    return redirect(url_for(".index") + f"#h-{Step.MAIL}", code=303)


def _done(step: Step, *, is_changed: bool) -> ResponseReturnValue:
    flash(_("Gespeichert.") if is_changed else _("Es gab nichts zu ändern."), "ok")
    return redirect(url_for(".index") + f"#h-{step}", code=303)


def _page(typed: _Typed | None = None) -> str:
    runtime = current_runtime()
    settings = runtime.settings
    with runtime.database.reading() as db:
        done = setting_up.find_done(db, settings)
        version = policy_versions.find_newest(db, controller.KIND, controller.FACTS).version
        why_not, holders = setting_up.find_why_no_dpo(db), setting_up.count_holders(db)
        lines = _purposes(db, typed)
    facts = {name: getattr(settings, name) or "" for name in LONGEST}
    return render_template(
        "setup/index.html",
        strip=None,
        steps=[(step, title, step in done) for step, title in TITLES.items()],
        open_steps=len(Step) - len(done),
        version=version,
        company=_company_fields(typed if typed and typed.step is Step.CONTROLLER else None, facts),
        officers=holders[Role.DPO],
        why_not=_why_not(typed if typed and typed.step is Step.DPO else None, why_not),
        purposes=lines,
        holders={str(ROLE_TITLES[role]): holders[role] for role in Role if role in WORKS_WITH_PEOPLE},
        coordinators=holders[Role.PRIVACY],
        mail_host=settings.smtp_host,
        mail_from=settings.mail_from,
        wrong_step=typed.step if typed else None,
        wrong=sentence_of(typed.error) if typed else None,
    )


def _company_fields(typed: _Typed | None, facts: Mapping[str, str]) -> FieldSet:
    values = typed.fields if typed else facts
    states = (Option("", _("keines")), *(Option(each, each) for each in FEDERAL_STATES))
    inputs = tuple(
        FieldInput(
            name=name,
            title=str(title),
            hint=str(hint) if hint else None,
            value=values.get(name, ""),
            kind="select" if name == "federal_state" else "text",
            options=states if name == "federal_state" else (),
            required=name == "organisation",
            max_length=LONGEST[name],
            error=typed.wrong(name) if typed else None,
        )
        for name, (title, hint) in _FACTS.items()
    )
    return FieldSet(title=_("Verantwortlicher"), hint=_("Gilt sofort, auf Briefen, im Portal und für Fristen."), fields=inputs)


def _why_not(typed: _Typed | None, stored: str | None) -> FieldInput:
    return FieldInput(
        name="why_not",
        title=_("Warum keine Benennungspflicht besteht"),
        hint=_("Benannt wird ab 20 Personen, die ständig automatisiert Daten verarbeiten (§ 38 BDSG)."),
        value=typed.fields["why_not"] if typed else stored or "",
        max_length=LONGEST_REASON,
        error=typed.wrong("why_not") if typed else None,
    )


def _purposes(db: Session, typed: _Typed | None) -> tuple[PurposeLine, ...]:
    chosen = typed.used if typed and typed.step is Step.PURPOSES else None
    return tuple(
        PurposeLine(
            code=each.code,
            title=in_language(each.title),
            text=in_language(each.text),
            used=each.code in chosen if chosen is not None else bool(each.roles),
            always=each.is_duty,
        )
        for each in purposes.find_all(db)
    )
