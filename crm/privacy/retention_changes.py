"""Changing a Löschregel: a new version with its reason and what the DSB says of it, that holds from a day on.

A change waits until its day; then it becomes the version that `retention_rules` reads, and every day kept ready is computed anew before
anything is forgotten by it. Nothing is overwritten, and each version is bound to its entry in the log.

Source: Art. 5(1)(e), 5(2), 24(1), 38(1), 39(1)(a) DSGVO; DIN 66398.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.errors import NotFoundError
from crm.models.policy import PolicyVersion
from crm.privacy import policy_versions, retention_rules
from crm.privacy.errors import StaleVersionError
from crm.privacy.periods import (
    Basis,
    CarriedOut,
    EndAction,
    ImpossiblePeriodError,
    Period,
    RetentionRule,
    Unit,
    add_months,
    find_shipped,
    read_period,
    require_possible,
)
from crm.privacy.retention_errors import (
    EffectiveDayError,
    LongerThanDefaultError,
    OpinionMissingError,
    OpinionTextMissingError,
    PeriodFaultError,
    RuleReasonMissingError,
    ShorterThanDutyError,
)
from crm.privacy.retention_rules import FRAME, FRAME_KIND, KIND, Frame, Sector, SystemOfRecord

CHANGES: Final = "retention_change"  # what is to hold from a day on
COMPUTED: Final = "retention_days"  # by which versions the days that are kept ready were computed
_DAYS: Final = "computed"
_LONGEST_AHEAD: Final = 24  # months
_CHANGE = "change"


class Opinion(StrEnum):
    """What the data protection officer says of a change."""

    AGREES = "agrees"
    DISSENTS = "dissents"
    ASKED = "asked"  # and has not answered yet
    NO_DPO = "no_dpo"


class Standing(StrEnum):
    """How it stands with a version of a rule."""

    WAITS = "waits"  # its day has not come
    HOLDS = "holds"
    HELD = "held"  # until a later one did
    REPLACED = "replaced"  # before its day came


@dataclass(frozen=True, slots=True, kw_only=True)
class Justification:
    """Why something changes, what the DSB says, and from when it holds."""

    reason: str
    opinion: str
    opinion_text: str
    effective_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One version of a rule as it was decided.

    Attributes:
        period: None for a change of the frame.
    """

    code: str
    version: int
    period: Period | None
    frame: Frame | None
    reason: str
    opinion: Opinion
    opinion_text: str
    effective_on: date
    set_by: str
    set_at: datetime
    standing: Standing


def is_changeable(rule: RetentionRule) -> bool:
    """Say whether the period can be set: that of a rule which a run carries out, where a number and no event ends it."""
    return rule.carried_out is CarriedOut.RUN and rule.period.unit is not Unit.OPEN and rule.action is not EndAction.STOP_USE


def least(session: Session, code: str) -> Period | None:
    """Return the shortest period that a statute allows for a rule here; None where none says."""
    shipped = find_shipped()[code]
    if shipped.basis is not Basis.STATUTORY:
        return None
    return retention_rules.in_sector(shipped, retention_rules.find_frame(session).sector).period


def find_changes(session: Session, code: str) -> list[RuleChange]:
    """Return every version of a rule, or of the frame, that was decided, the newest first."""
    took_effect = [json.loads(row.definition)[_CHANGE] for row in _find_versions(session, FRAME_KIND if code == FRAME else KIND, code)]
    decided = _find_versions(session, CHANGES, code)
    return [_read(row, _standing(row.version, decided[0].version, took_effect)) for row in decided]


def find_waiting(session: Session) -> dict[str, RuleChange]:
    """Return the changes whose day has not come yet, by rule; a later one takes the place of an earlier."""
    codes = session.scalars(select(PolicyVersion.code).where(PolicyVersion.kind == CHANGES).distinct())
    newest = (find_changes(session, code)[0] for code in codes)
    return {each.code: each for each in newest if each.standing is Standing.WAITS}


def change_rule(
    session: Session,
    *,
    code: str,
    period: Period,
    is_longer: bool,
    why: Justification,
    expected_version: int,
    today: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide a new period for a rule, from a day on.

    Args:
        is_longer: somebody said that a period longer than the default is needed.

    Raises:
        NotFoundError: there is no such rule, or its period cannot be set.
        StaleVersionError: somebody else changed it since it was opened.
        InvalidInputError: names the field that cannot be taken.
    """
    rule = find_shipped().get(code)
    if rule is None or not is_changeable(rule):
        raise NotFoundError
    _require_period(session, rule, period, is_longer=is_longer)
    said = {"period": {"amount": period.amount, "unit": period.unit}}
    _decide(session, code, said, why, expected_version=expected_version, today=today, actor=actor, now=now)


def change_frame(
    session: Session, *, frame: Frame, why: Justification, expected_version: int, today: date, actor: Actor, now: datetime
) -> None:
    """Decide sector and system of record, from a day on.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        InvalidInputError: names the field that cannot be taken.
    """
    said = {"sector": frame.sector, "system_of_record": frame.system_of_record}
    _decide(session, FRAME, said, why, expected_version=expected_version, today=today, actor=actor, now=now)


def put_into_effect(session: Session, *, today: date, actor: Actor, now: datetime) -> bool:
    """Let the changes hold whose day has come; say whether the days kept ready have to be computed anew."""
    for code, each in find_waiting(session).items():
        if each.effective_on <= today:
            kind, said = _what_holds(each)
            policy_versions.append(session, kind, code, {**said, _CHANGE: each.version}, actor=actor, now=now)
    session.flush()
    retention_rules.forget_read(session)
    computed = policy_versions.find_newest(session, COMPUTED, _DAYS).definition
    return retention_rules.find_newest(session) != (computed["newest"] if computed else 0)


def note_computed(session: Session, *, actor: Actor, now: datetime) -> None:
    """Note that all days kept ready are those of the rules as they hold."""
    policy_versions.append(session, COMPUTED, _DAYS, {"newest": retention_rules.find_newest(session)}, actor=actor, now=now)


def _require_period(session: Session, rule: RetentionRule, period: Period, *, is_longer: bool) -> None:
    try:
        require_possible(replace(rule, period=period, available=Period(0, Unit.DAYS)))
    except ImpossiblePeriodError as error:
        raise PeriodFaultError(field="amount") from error
    if period.amount == 0 and rule.period.amount > 0:  # everything would be over at once, by a slip of one key
        raise PeriodFaultError(field="amount")
    shortest = least(session, rule.code)
    if shortest is not None and period.length < shortest.length:
        raise ShorterThanDutyError(field="amount", months=shortest.months)
    if period.length > (shortest or rule.period).length and not is_longer:
        raise LongerThanDefaultError(field="is_longer")


def _decide(
    session: Session,
    code: str,
    said: Mapping[str, Any],
    why: Justification,
    *,
    expected_version: int,
    today: date,
    actor: Actor,
    now: datetime,
) -> None:
    _require_justified(why, today)
    if policy_versions.find_newest(session, CHANGES, code).version != expected_version:
        raise StaleVersionError
    reasons = {"reason": why.reason, "opinion": why.opinion, "opinion_text": why.opinion_text}
    effective_on = why.effective_on.isoformat() if why.effective_on else ""
    policy_versions.append(session, CHANGES, code, {**said, **reasons, "effective_on": effective_on}, actor=actor, now=now)


def _require_justified(why: Justification, today: date) -> None:
    if not why.reason:
        raise RuleReasonMissingError(field="reason")
    if why.opinion not in set(Opinion):
        raise OpinionMissingError(field="opinion")
    if why.opinion == Opinion.DISSENTS and not why.opinion_text:
        raise OpinionTextMissingError(field="opinion_text")
    if why.effective_on is None or not today <= why.effective_on <= add_months(today, _LONGEST_AHEAD):
        raise EffectiveDayError(field="effective_on")


def _what_holds(change: RuleChange) -> tuple[str, dict[str, Any]]:
    if change.period is not None:
        return KIND, {"period": {"amount": change.period.amount, "unit": change.period.unit}}
    frame = change.frame or Frame()
    return FRAME_KIND, {"sector": frame.sector, "system_of_record": frame.system_of_record}


def _find_versions(session: Session, kind: str, code: str) -> Sequence[PolicyVersion]:
    """Return the versions of a rule, the newest first."""
    versions = select(PolicyVersion).where(PolicyVersion.kind == kind, PolicyVersion.code == code)
    return session.scalars(versions.order_by(PolicyVersion.version.desc())).all()


def _standing(version: int, newest: int, took_effect: Sequence[int]) -> Standing:
    if version in took_effect:
        return Standing.HOLDS if version == took_effect[0] else Standing.HELD
    return Standing.WAITS if version == newest else Standing.REPLACED


def _read(row: PolicyVersion, standing: Standing) -> RuleChange:
    said = json.loads(row.definition)
    return RuleChange(
        code=row.code,
        version=row.version,
        period=read_period(said["period"]) if "period" in said else None,
        frame=Frame(Sector(said["sector"]), SystemOfRecord(said["system_of_record"]), row.version) if "sector" in said else None,
        reason=said["reason"],
        opinion=Opinion(said["opinion"]),
        opinion_text=said["opinion_text"],
        effective_on=date.fromisoformat(said["effective_on"]),
        set_by=row.set_by,
        set_at=row.set_at,
        standing=standing,
    )
