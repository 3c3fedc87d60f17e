"""Changing the Löschkonzept on its page: who is asked, what was typed, and what became of earlier versions.

Source: Art. 5(2), 24(1), 37(1), 38(1) DSGVO; § 38 BDSG.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.errors import NotFoundError
from crm.privacy import due, retention_changes, retention_opinions, retention_rules
from crm.privacy.periods import Period, RetentionRule, Unit
from crm.privacy.policy_versions import find_newest
from crm.privacy.retention_changes import CHANGES, Justification, Opinion, RuleChange
from crm.privacy.retention_errors import DpoThereError, FrameFaultError, NoDpoError, PeriodFaultError
from crm.privacy.retention_opinions import GivenOpinion
from crm.privacy.retention_rules import FRAME, Frame, Sector, SystemOfRecord
from crm.services import setting_up
from crm.services.contacts.fields import clean_line
from crm.services.staff_names import find_staff_names

LONGEST: Final = 400  # characters of a reason or an opinion
_DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, as it was."""

    amount: str = ""
    unit: str = ""
    is_longer: bool = False
    sector: str = ""
    system_of_record: str = ""
    reason: str = ""
    opinion: str = ""
    opinion_text: str = ""
    effective_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A rule, or the frame, with its versions.

    Attributes:
        least: the shortest period that a statute allows; None where none says.
        version: of the newest decision, for the form.
        has_dpo: somebody has an account as DSB.
        why_no_dpo: what the administration said, where nobody has.
        opinions: what the officer has said themselves, by version.
        open_version: the version that the officer can give an opinion on; None where there is none.
        names: of who decided, by pseudonym.
    """

    rule: RetentionRule | None
    frame: Frame
    least: Period | None
    changes: tuple[RuleChange, ...]
    version: int
    has_dpo: bool
    why_no_dpo: str | None
    opinions: Mapping[int, GivenOpinion]
    open_version: int | None
    names: dict[str, str]


def find_history(session: Session, code: str) -> History:
    """Return a rule with every version of it.

    Raises:
        NotFoundError: there is no such rule.
    """
    rule = retention_rules.find_rules(session).get(code)
    if rule is None and code != FRAME:
        raise NotFoundError
    names = find_staff_names(session).by_pseudonym
    answerable = retention_opinions.find_open(session, code)
    return History(
        rule=rule,
        frame=retention_rules.find_frame(session),
        least=retention_changes.least(session, code) if rule else None,
        changes=tuple(retention_changes.find_changes(session, code)),
        version=find_newest(session, CHANGES, code).version,
        has_dpo=bool(setting_up.count_holders(session)[Role.DPO]),
        why_no_dpo=setting_up.find_why_no_dpo(session),
        opinions={change: each for (_, change), each in retention_opinions.find_given(session, [code]).items()},
        open_version=answerable.version if answerable else None,
        names=dict(names),
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A change with who decided it and what the officer has said of it themselves."""

    change: RuleChange
    by: str
    opinion: GivenOpinion | None


def find_all_changes(session: Session) -> tuple[list[Decided], Mapping[str, str]]:
    """Return every change of every rule, the newest of each rule first, and the names of staff by pseudonym."""
    names = find_staff_names(session).by_pseudonym
    codes = [FRAME, *retention_rules.find_rules(session)]
    given = retention_opinions.find_given(session, codes)
    changes = [each for code in codes for each in retention_changes.find_changes(session, code)]
    return [Decided(each, names.get(each.set_by, each.set_by), given.get((each.code, each.version))) for each in changes], names


def give_opinion(session: Session, *, code: str, change: int, typed: Typed, actor: Actor, now: datetime) -> None:
    """Take what the officer says of a change.

    Raises:
        StaleVersionError: there is a newer change by now.
        InvalidInputError: names the field that cannot be taken.
    """
    text = clean_line(typed.opinion_text, field="opinion_text", longest=LONGEST)
    retention_opinions.give(session, code=code, change=change, opinion=typed.opinion, text=text, actor=actor, now=now)


def change_rule(session: Session, *, code: str, typed: Typed, expected_version: int, actor: Actor, now: datetime) -> None:
    """Decide a new period for a rule.

    Raises:
        NotFoundError, StaleVersionError: it cannot be changed, or somebody else has.
        InvalidInputError: names the field that cannot be taken.
    """
    retention_changes.change_rule(
        session,
        code=code,
        period=_period(typed),
        is_longer=typed.is_longer,
        why=_justify(session, typed),
        expected_version=expected_version,
        today=now.astimezone(due.zone_of(session)).date(),
        actor=actor,
        now=now,
    )


def change_frame(session: Session, *, typed: Typed, expected_version: int, actor: Actor, now: datetime) -> None:
    """Decide sector and system of record.

    Raises:
        StaleVersionError: somebody else has changed them.
        InvalidInputError: names the field that cannot be taken.
    """
    for field, known in (("sector", Sector), ("system_of_record", SystemOfRecord)):
        if getattr(typed, field) not in set(known):
            raise FrameFaultError(field=field)
    retention_changes.change_frame(
        session,
        frame=replace(Frame(), sector=Sector(typed.sector), system_of_record=SystemOfRecord(typed.system_of_record)),
        why=_justify(session, typed),
        expected_version=expected_version,
        today=now.astimezone(due.zone_of(session)).date(),
        actor=actor,
        now=now,
    )


def _period(typed: Typed) -> Period:
    is_number = typed.amount.isascii() and typed.amount.isdigit() and len(typed.amount) <= _DIGITS
    if not is_number or typed.unit not in {Unit.DAYS, Unit.MONTHS, Unit.YEARS}:
        raise PeriodFaultError(field="amount")
    return Period(int(typed.amount), Unit(typed.unit))


def _justify(session: Session, typed: Typed) -> Justification:
    """Return the reasons; whoever has a DSB has to have asked, and nobody else can have."""
    has_dpo = bool(setting_up.count_holders(session)[Role.DPO])
    if typed.opinion == Opinion.NO_DPO and has_dpo:
        raise DpoThereError(field="opinion")
    if typed.opinion in set(Opinion) - {Opinion.NO_DPO} and not has_dpo:
        raise NoDpoError(field="opinion")
    return Justification(
        reason=clean_line(typed.reason, field="reason", longest=LONGEST),
        opinion=typed.opinion,
        opinion_text=clean_line(typed.opinion_text, field="opinion_text", longest=LONGEST),
        effective_on=typed.effective_on,
    )
