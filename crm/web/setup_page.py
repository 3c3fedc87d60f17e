"""The page of Einrichtung: each step with its form; one that was refused with what was typed and, field by field, what others changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from flask import render_template

from crm.actor import Role
from crm.db import Session
from crm.errors import CrmError, InvalidInputError
from crm.privacy import purposes
from crm.privacy.errors import StaleVersionError
from crm.services import setting_up
from crm.services.changers import Changer
from crm.services.controller_changes import LONGEST
from crm.services.setting_up import LONGEST_REASON, WORKS_WITH_PEOPLE, Step
from crm.settings import FEDERAL_STATES
from crm.site.errors import sentence_of
from crm.site.i18n import _, _l, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.words import ROLE_TITLES
from crm.web import conflict
from crm.web.conflict import CHANGED_BY, Conflict, OtherChange

BEFORE: Final = "was_"  # what stood there when the page was opened
CHOSEN: Final = "1"
TOLD_AT: Final = "at-"  # how the category of a message begins that stands at a step

TITLES: Final = {
    Step.CONTROLLER: _l("Ihr Unternehmen"),
    Step.COORDINATOR: _l("Wer über Datenschutz entscheidet"),
    Step.DPO: _l("Datenschutzbeauftragte oder keine"),
    Step.PURPOSES: _l("Wozu Sie Kundendaten verwenden"),
    Step.MAIL: _l("E-Mail"),
    Step.USERS: _l("Wer damit arbeitet"),
}
_ONE_WAY: Final = _l("Mindestens ein Weg ist Pflicht: Anschrift, E-Mail oder Telefon.")
_FACTS: Final = {
    "organisation": (_l("Name mit Rechtsform"), None),
    "organisation_address": (
        _l("Anschrift"),
        _l(
            "In einer Zeile, mit Kommas: Königstraße 12, 34117 Kassel. Steht auf Briefen und im Portal. "
            "Mindestens ein Weg ist Pflicht: Anschrift, E-Mail oder Telefon."
        ),
    ),
    "privacy_email": (_l("E-Mail für Datenschutz"), _ONE_WAY),
    "privacy_phone": (_l("Telefon für Datenschutz"), _ONE_WAY),
    "imprint_url": (_l("Adresse des Impressums"), None),
    "authority": (_l("Zuständige Aufsichtsbehörde"), _l("Name und Anschrift; Antworten an Betroffene nennen sie.")),
    "federal_state": (_l("Bundesland"), _l("Seine Feiertage verschieben Fristen.")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentStep:
    """One step as it was sent.

    Attributes:
        fields: what was typed; of the purposes those that were ticked, each with `CHOSEN`.
        before: what stood there when the page was opened, to tell own changes from those of others.
    """

    step: Step
    version: int
    fields: Mapping[str, str]
    before: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One step as the page shows it; a refused one with the reason, by field where it belongs to one."""

    fields: Mapping[str, str]
    before: Mapping[str, str]
    version: int
    refusal: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[OtherChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeLine:
    """One purpose to choose; `always` is a duty and cannot be left out."""

    code: str
    title: str
    text: str
    used: bool
    always: bool


def is_as_sent(db: Session, sent: SentStep) -> bool:
    """Say whether the step already says what was sent, so that nobody has to decide anything."""
    return _find_conflict(db, sent) is None


def refuse(db: Session, sent: SentStep, error: CrmError) -> dict[Step, ShownStep]:
    """Return a step with what was typed and why it could not be taken; what others changed meanwhile stands beside it."""
    if isinstance(error, StaleVersionError) and (found := _find_conflict(db, sent)):
        stored = _stored(db, sent.step)
        shown = replace(stored, fields=found.values, errors=found.errors, changes=found.changes, refusal=sentence_of(error))
        return {sent.step: shown}
    wrong = {error.field: sentence_of(error)} if isinstance(error, InvalidInputError) and error.field else {}
    return {
        sent.step: ShownStep(fields=sent.fields, before=sent.before, version=sent.version, refusal=sentence_of(error), errors=wrong),
    }


def show(db: Session, refused: Mapping[Step, ShownStep] | None = None) -> str:
    """Return the page."""
    settings = current_runtime().settings
    done, holders = setting_up.find_done(db, settings), setting_up.count_holders(db)
    shown = {step: _stored(db, step) for step in (Step.CONTROLLER, Step.DPO, Step.PURPOSES)} | dict(refused or {})
    return render_template(
        "setup/index.html",
        strip=None,
        steps=[(step, title, step in done) for step, title in TITLES.items()],
        open_steps=len(Step) - len(done),
        shown=shown,
        told_at=TOLD_AT,
        changed_by=str(CHANGED_BY[Changer.UNKNOWN]),
        company=_company_fields(shown[Step.CONTROLLER]),
        officers=holders[Role.DPO],
        why_not=_why_not(shown[Step.DPO]),
        purposes=_purposes(db, shown[Step.PURPOSES]),
        holders={str(ROLE_TITLES[role]): holders[role] for role in Role if role in WORKS_WITH_PEOPLE},
        coordinators=holders[Role.PRIVACY],
        mail_host=settings.smtp_host,
        mail_from=settings.mail_from,
        objection_form=_objection_form(settings.portal_origin),
    )


def _objection_form(portal: str) -> str:
    """Return the form that the company puts into its own site; the portal takes it from anywhere."""
    label, button = _("Ihre E-Mail-Adresse"), _("Werbung stoppen")
    return (
        f'<form action="{portal}/objection" method="post">\n'
        f'  <label for="lethe-email">{label}</label>\n'
        f'  <input id="lethe-email" name="email" type="email" autocomplete="email" required>\n'
        f"  <button>{button}</button>\n"
        "</form>"
    )


def _stored(db: Session, step: Step) -> ShownStep:
    """Return a step as it stands, its version and what it says from the same look at the database."""
    stored = setting_up.find_stored(db, step)
    if step is Step.PURPOSES:
        values = dict.fromkeys(setting_up.find_used(db), CHOSEN)
    elif step is Step.DPO:
        values = {"why_not": setting_up.find_why_no_dpo(db) or ""}
    else:
        settings = current_runtime().settings
        said = stored.definition or {name: getattr(settings, name) for name in LONGEST}
        values = {name: said.get(name) or "" for name in LONGEST}
    return ShownStep(fields=values, before=values, version=stored.version)


def _find_conflict(db: Session, sent: SentStep) -> Conflict | None:
    stored = _stored(db, sent.step).fields
    titles = {name: str(title) for name, (title, _hint) in _FACTS.items()} | {"why_not": _("Warum keine Benennungspflicht besteht")}
    if sent.step is not Step.PURPOSES:
        return conflict.find_conflict(mine=sent.fields, theirs=stored, before=sent.before, titles=titles, words=lambda _name, value: value)
    known = {each.code: in_language(each.title) for each in purposes.find_all(db) if not each.is_duty}
    return conflict.find_conflict(
        mine=sent.fields,
        theirs={code: stored.get(code, "") for code in known},
        before=sent.before,
        titles=known,
        words=lambda _name, value: _("verwendet") if value else _("nicht verwendet"),
    )


def _company_fields(shown: ShownStep) -> FieldSet:
    states = (Option("", _("keines")), *(Option(each, each) for each in FEDERAL_STATES))
    inputs = tuple(
        FieldInput(
            name=name,
            title=str(title),
            hint=str(hint) if hint else None,
            value=shown.fields.get(name, ""),
            kind="select" if name == "federal_state" else "text",
            options=states if name == "federal_state" else (),
            required=name == "organisation",
            max_length=LONGEST[name],
            error=shown.errors.get(name),
            focus=name == next(iter(shown.errors), None) and not shown.changes,
        )
        for name, (title, hint) in _FACTS.items()
    )
    hint = _("Gilt sofort, auf Briefen, im Portal und für Fristen.")
    return FieldSet(title=_("Verantwortlicher"), hint=hint, fields=inputs)


def _why_not(shown: ShownStep) -> FieldInput:
    return FieldInput(
        name="why_not",
        title=_("Warum keine Benennungspflicht besteht"),
        hint=_("Benannt wird ab 20 Personen, die ständig automatisiert Daten verarbeiten (§ 38 BDSG)."),
        value=shown.fields["why_not"],
        max_length=LONGEST_REASON,
        error=shown.errors.get("why_not"),
        focus="why_not" in shown.errors and not shown.changes,
    )


def _purposes(db: Session, shown: ShownStep) -> tuple[PurposeLine, ...]:
    return tuple(
        PurposeLine(
            code=each.code,
            title=in_language(each.title),
            text=in_language(each.text),
            used=each.is_duty or bool(shown.fields.get(each.code)),
            always=each.is_duty,
        )
        for each in purposes.find_all(db)
    )
