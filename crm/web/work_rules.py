"""Arbeitsregeln: stages, reasons of loss, products, regions and the financial year, as the company sets them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import CrmError, InvalidInputError, NotFoundError
from crm.privacy.errors import StaleVersionError
from crm.services import work_rule_changes
from crm.services.work_rule_changes import SECTIONS
from crm.services.work_rules import LOST, WON
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, in_language, month_names
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.typed import typed_line, typed_number, typed_text

bp = Blueprint("work_rules", __name__)

_NEW: Final = "new"  # the empty line at the end, which adds something
_NO_PROBABILITY: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One stage or reason in its form; `fixed` ends the way and neither moves nor goes."""

    code: str
    de: str
    en: str
    probability: str = ""
    order: str = ""
    fixed: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A section that was refused, with the sentence that says why and what was typed into it."""

    section: str
    sentence: str
    typed: Mapping[str, Any]


@bp.get("/work-rules")
def index() -> ResponseReturnValue:
    """Show the rules as they stand."""
    return _page()


@bp.post("/work-rules/<section>")
def change(section: str) -> ResponseReturnValue:
    """Set one section anew; what was typed stays where it cannot be taken."""
    if section not in SECTIONS:
        raise NotFoundError
    runtime = current_runtime()
    try:
        with runtime.database.writing() as db:
            is_changed = work_rule_changes.change(
                db,
                section=section,
                rules=_READ[section](),
                expected_version=typed_number("version"),
                actor=current_actor(),
                now=runtime.clock.now(),
            )
    except (InvalidInputError, StaleVersionError) as error:
        return _page(_Wrong(section, _reason(section, error), _typed(section))), status_of(error)
    flash(_("Die Regeln sind geändert; die bisherige Fassung bleibt erhalten.") if is_changed else _("Es gab nichts zu ändern."), "ok")
    return redirect(url_for(".index") + f"#h-{section}", code=303)


def _reason(section: str, error: CrmError) -> str:
    """Return the sentence; where somebody else was faster, with what holds now."""
    if not isinstance(error, StaleVersionError):
        return sentence_of(error)
    with current_runtime().database.reading() as db:
        now = work_rule_changes.find_section(db, section)
    said = _("Inzwischen hat jemand anderes diesen Abschnitt geändert. Ihre Eingaben stehen noch da; Speichern setzt sie.")
    holds = _("Jetzt gilt: %(rules)s.", rules=_in_words(section, now))
    return f"{said} {holds}"


def _in_words(section: str, rules: Mapping[str, Any]) -> str:
    if section == "calendar":
        return month_names()[rules["first_month"]]
    if section == "names":
        return ", ".join([*rules["products"], *rules["regions"]]) or "–"
    return ", ".join(in_language(each["title"]) for each in rules.values())


def _page(wrong: _Wrong | None = None) -> str:
    with current_runtime().database.reading() as db:
        versions = work_rule_changes.find_versions(db)
        stored = {section: _STORED[section](db) for section in SECTIONS}
    shown = {**stored, wrong.section: wrong.typed} if wrong else stored
    return render_template(
        "work_rules/index.html",
        strip=None,
        versions=versions,
        wrong={wrong.section: wrong.sentence} if wrong else {},
        months=month_names(),
        may_change=may("work_rules.change"),
        new=_NEW,
        **shown,
    )


def _lines_stored(db: Session, section: str) -> list[RuleLine]:
    rules = work_rule_changes.find_section(db, section)
    lines = [
        RuleLine(
            code=code,
            de=rule["title"]["de"],
            en=rule["title"]["en"],
            probability=str(rule.get("probability", "")),
            order=str(place),
            fixed=section == "stages" and code in {WON, LOST},
        )
        for place, (code, rule) in enumerate(rules.items(), start=1)
    ]
    return [*lines, RuleLine(code=_NEW, de="", en="", order=str(len(lines) + 1))]


def _names_stored(db: Session) -> dict[str, str]:
    names = work_rule_changes.find_section(db, "names")
    return {kind: "\n".join(names[kind]) for kind in ("products", "regions")}


def _month_stored(db: Session) -> int:
    return int(work_rule_changes.find_section(db, "calendar")["first_month"])


def _typed_lines() -> list[RuleLine]:
    """Return the lines as they were sent, in the order of the form."""
    return [
        RuleLine(
            code=code,
            de=typed_line(f"de-{code}"),
            en=typed_line(f"en-{code}"),
            probability=typed_line(f"probability-{code}"),
            order=typed_line(f"order-{code}"),
            fixed=code in {WON, LOST},
            removed=f"remove-{code}" in request.form,
        )
        for code in request.form.getlist("code")
    ]


def _read_lines() -> dict[str, Any]:
    """Return what the lines say, in the order of their places; an empty last line adds nothing."""
    kept = [line for line in _typed_lines() if not line.removed and (line.code != _NEW or line.de or line.en)]
    ordered = sorted(kept, key=lambda line: (_whole(line.order), line.code != _NEW))  # whoever gives a new one a place wants it there
    return {line.code: {"title": {"de": line.de, "en": line.en}, "probability": _whole(line.probability)} for line in ordered}


def _whole(text: str) -> int:
    digits = text.removesuffix("%").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else _NO_PROBABILITY  # noqa: PLR2004 - more digits are no place and no percentage


def _typed_names() -> dict[str, str]:
    return {kind: typed_text(kind) for kind in ("products", "regions")}


def _read_names() -> dict[str, Any]:
    return {kind: text.splitlines() for kind, text in _typed_names().items()}


def _typed(section: str) -> Any:
    if section == "names":
        return _typed_names()
    return typed_number("first_month") if section == "calendar" else _typed_lines()


_READ: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "stages": _read_lines,
    "loss_reasons": _read_lines,
    "names": _read_names,
    "calendar": lambda: {"first_month": typed_number("first_month")},
}
_STORED: Final[Mapping[str, Callable[[Session], Any]]] = {
    "stages": lambda db: _lines_stored(db, "stages"),
    "loss_reasons": lambda db: _lines_stored(db, "loss_reasons"),
    "names": _names_stored,
    "calendar": _month_stored,
}
