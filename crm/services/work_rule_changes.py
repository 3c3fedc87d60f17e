"""Changing the rules of daily work: each change adds a version, nothing is overwritten.

Source: Art. 5(2) DSGVO.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import InvalidInputError
from crm.models.deal import Deal, DealMove
from crm.models.policy import PolicyVersion
from crm.privacy import policy_versions
from crm.privacy.errors import StaleVersionError
from crm.services import work_rules
from crm.services.contacts.fields import clean_line
from crm.services.work_rules import KIND, LOST, WON
from crm.settings import initial_policy

SECTIONS: Final = ("stages", "loss_reasons", "names", "calendar")
LONGEST_TITLE: Final = 40  # characters
_MOST: Final = 30  # stages, reasons or names; more is no choice any more
_CERTAIN: Final = 100  # percent
_MONTHS: Final = range(1, 13)


class RuleTitleMissingError(InvalidInputError):
    """A stage or reason without a name."""

    message = "Bitte geben Sie eine Bezeichnung in beiden Sprachen an."


class RuleTitleTwiceError(InvalidInputError):
    """Two stages, reasons or names that nobody could tell apart."""

    message = "Die Bezeichnung „%(title)s“ gibt es zweimal. Geben Sie jedem Eintrag eine eigene Bezeichnung."


class StageProbabilityError(InvalidInputError):
    """Not a percentage."""

    message = "Die Wahrscheinlichkeit ist eine ganze Zahl von 0 bis 100."


class RuleInUseError(InvalidInputError):
    """What is in use would be gone."""

    message = "Der Eintrag „%(title)s“ ist in Gebrauch und bleibt, damit jede Verkaufschance ihren Weg und ihren Grund behält."


class NoStageLeftError(InvalidInputError):
    """Nothing would be left in which a deal can begin."""

    message = "Mindestens eine offene Stufe muss bleiben."


class TooManyRulesError(InvalidInputError):
    """More than anybody could choose from."""

    message = "Das sind mehr als %(most)s Einträge. Fassen Sie zusammen."


class FirstMonthError(InvalidInputError):
    """Not a month."""

    message = "Bitte wählen Sie einen Monat aus der Liste."


def find_versions(session: Session) -> dict[str, int]:
    """Return the newest version of each section; 0 where none was loaded."""
    newest = select(PolicyVersion.code, func.max(PolicyVersion.version)).where(PolicyVersion.kind == KIND).group_by(PolicyVersion.code)
    return dict.fromkeys(SECTIONS, 0) | dict(session.execute(newest).all())


def find_section(session: Session, section: str) -> dict[str, Any]:
    """Return one section as it stands, as it is written."""
    stored = policy_versions.find_newest(session, KIND, section).definition
    found: dict[str, Any] = dict(stored if stored is not None else initial_policy(KIND)[section])
    return found


def change(session: Session, *, section: str, rules: Mapping[str, Any], expected_version: int, actor: Actor, now: datetime) -> bool:
    """Set one section anew and return whether that changed anything; deals keep what they have.

    Raises:
        StaleVersionError: somebody else changed the section since it was opened.
        InvalidInputError: these are no rules that work could follow.
    """
    before = find_section(session, section)
    if find_versions(session)[section] != expected_version:
        raise StaleVersionError
    wanted = _CLEAN[section](session, rules, before)
    if json.dumps(wanted) == json.dumps(before):
        return False
    work_rules.parse({**{each: find_section(session, each) for each in initial_policy(KIND)}, section: wanted})
    return policy_versions.append(session, KIND, section, wanted, actor=actor, now=now)


def _clean_stages(session: Session, rules: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stages in order; won and lost come last whatever was typed, because they end the way."""
    stages = {code: _stage(rule) for code, rule in _titled(rules, before).items()}
    if not stages.keys() - {WON, LOST}:
        raise NoStageLeftError(field="stages")
    for code in before.keys() - stages.keys():
        if code in {WON, LOST} or _is_stage_used(session, code):
            raise RuleInUseError(field="stages", title=before[code]["title"]["de"])
    ends = {code: stages.pop(code) | {"probability": before[code]["probability"]} for code in (WON, LOST)}
    return {**stages, **ends}


def _stage(rule: Mapping[str, Any]) -> dict[str, Any]:
    probability = rule.get("probability")
    if not isinstance(probability, int) or not 0 <= probability <= _CERTAIN:
        raise StageProbabilityError(field="stages")
    return {"title": rule["title"], "probability": probability}


def _is_stage_used(session: Session, code: str) -> bool:
    return bool(session.scalar(select(exists().where(Deal.stage == code) | exists().where(DealMove.stage == code))))


def _clean_reasons(session: Session, rules: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    reasons = {code: {"title": rule["title"]} for code, rule in _titled(rules, before).items()}
    for code in before.keys() - reasons.keys():
        if session.scalar(select(exists().where(Deal.loss_reason == code))):
            raise RuleInUseError(field="loss_reasons", title=before[code]["title"]["de"])
    return reasons


def _titled(rules: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return rules with their names trimmed and checked; a code that is new gets one made of its name."""
    if len(rules) > _MOST:
        raise TooManyRulesError(most=_MOST)
    cleaned: dict[str, dict[str, Any]] = {}
    for code, rule in rules.items():
        title = {language: clean_line(rule["title"][language], field="title", longest=LONGEST_TITLE) for language in ("de", "en")}
        if not all(title.values()):
            raise RuleTitleMissingError
        cleaned[code if code in before else _code_of(title["en"], {*before, *cleaned})] = {**rule, "title": title}
    _require_distinct([each["title"]["de"] for each in cleaned.values()])
    return cleaned


def _code_of(title: str, taken: set[str]) -> str:
    """Return a code for a new rule: its English name in plain letters, with a number where that is taken."""
    stem = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in title.lower()).strip("_")[:16] or "rule"
    numbered = (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in numbered if each not in taken)


def _clean_names(_session: Session, rules: Mapping[str, Any], _before: Mapping[str, Any]) -> dict[str, Any]:
    """Return products and regions; a deal keeps the name it has, so each may go."""
    cleaned = {}
    for kind in ("products", "regions"):
        names = [clean_line(each, field=kind, longest=LONGEST_TITLE) for each in rules[kind]]
        cleaned[kind] = [each for each in names if each]
        if len(cleaned[kind]) > _MOST:
            raise TooManyRulesError(field=kind, most=_MOST)
        _require_distinct(cleaned[kind], field=kind)
    return cleaned


def _require_distinct(titles: list[str], *, field: str | None = None) -> None:
    seen: set[str] = set()
    for title in titles:
        if title.casefold() in seen:
            raise RuleTitleTwiceError(field=field, title=title)
        seen.add(title.casefold())


def _clean_calendar(_session: Session, rules: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    if rules.get("first_month") not in _MONTHS:
        raise FirstMonthError(field="first_month")
    return {**before, "first_month": rules["first_month"]}


_CLEAN: Final = {"stages": _clean_stages, "loss_reasons": _clean_reasons, "names": _clean_names, "calendar": _clean_calendar}
