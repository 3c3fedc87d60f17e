"""What goes by its age alone: whom a campaign reached, of whom the figures stay, protocols, accounts of who left, files of requests.

Source: Art. 5(1)(e), 5(2) DSGVO; Löschkonzept, RET-19, RET-22, RET-24 and RET-32.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import among
from crm.models.campaign import Campaign, CampaignMember
from crm.models.retention import RetentionRun, RunState
from crm.privacy import audit, holds, restriction
from crm.privacy.actions import Action
from crm.privacy.erasure import ended, leavers, request_files
from crm.privacy.erasure.ended import HeldBy
from crm.privacy.periods import due_on
from crm.privacy.retention_rules import find_rules

CAMPAIGNS: Final = "RET-19"
PROTOCOLS: Final = "RET-24"
RULES: Final = (CAMPAIGNS, PROTOCOLS, leavers.RULE, request_files.RULE)
_AT_ONCE: Final = 500  # members of one unit of work
_EMPTY: Final = {"subject_id": None, "sent_on": None, "responded_on": None, "response_way": None}
_REACHED = func.coalesce(CampaignMember.sent_on, Campaign.starts_on)


def count_periods(session: Session, *, first: date | None = None, last: date | None = None) -> Counter[str]:
    """Return by rule how many periods have their last day between two days, both included; None: wherever it lies."""
    rules, counts = find_rules(session), Counter[str]()
    started = {
        CAMPAIGNS: _count_reached(session),
        PROTOCOLS: _count_protocols(session),
        leavers.RULE: leavers.count_by_start(session),
        request_files.RULE: request_files.count_by_start(session),
    }
    for rule, found in started.items():
        for started_on, number in found.items():
            if (first or date.min) <= due_on(rules[rule], started_on) <= (last or date.max):
                counts[rule] += number
    return counts


def count_over(session: Session, *, day: date, besides: Collection[str]) -> Counter[str]:
    """Return by rule how much the run of this day lets go.

    Args:
        besides: people who go themselves; what campaigns know of them goes with them.
    """
    subject_id = CampaignMember.__table__.c.subject_id
    members = _ended_members(session, day).where(~_stays(day), ~among(subject_id, "besides"))
    whole_kinds = {
        rule: number for rule, number in _count_whole_kinds(session, day).items() if not holds.is_rule_held(session, rule, day=day)
    }
    files = request_files.count_over(session, day=day)
    return +Counter({CAMPAIGNS: _count(session, members, {"besides": besides}), request_files.RULE: files, **whole_kinds})


def count_kept(session: Session, *, day: date) -> Counter[str]:
    """Return by reason how much is old enough on a day and stays; what has several reasons counts under each."""
    members = _ended_members(session, day)
    kept: Counter[str] = Counter({why: _count(session, members.where(keeps)) for why, keeps in _reasons(day).items()})
    whole_kinds = _count_whole_kinds(session, day).items()
    kept[HeldBy.HOLD] += sum(number for rule, number in whole_kinds if holds.is_rule_held(session, rule, day=day))
    kept[HeldBy.CHANGED] += leavers.count_changed(session, day=day)
    return +(kept + request_files.count_kept(session, day=day))


def let_go(session: Session, *, day: date, actor: Actor, now: datetime) -> Counter[str]:
    """Let the next of them go whose period ended before the day, and return by rule how many; none when nothing is left."""
    gone = Counter({CAMPAIGNS: _forget_members(session, day), PROTOCOLS: _forget_protocols(session, day)})
    if gone[CAMPAIGNS]:
        audit.record(session, Action.CAMPAIGN_MEMBERS_FORGOTTEN, actor=actor, now=now, count=gone[CAMPAIGNS], result=CAMPAIGNS)
    if gone[PROTOCOLS]:
        audit.record(session, Action.RETENTION_FORGOTTEN, actor=actor, now=now, count=gone[PROTOCOLS], result=PROTOCOLS)
    gone[leavers.RULE] = leavers.let_go(session, day=day, actor=actor, now=now)
    gone[request_files.RULE] = request_files.let_go(session, day=day, actor=actor, now=now)
    return +gone


def _count_whole_kinds(session: Session, day: date) -> dict[str, int]:
    """Return by rule how much is old enough of what is kept only by a hold on its kind as a whole."""
    return {PROTOCOLS: _count_ended_protocols(session, day), leavers.RULE: leavers.count_over(session, day=day)}


def _count_reached(session: Session) -> dict[date, int]:
    reached = select(_REACHED, func.count()).join(Campaign, Campaign.id == CampaignMember.campaign_id)
    return dict(session.execute(reached.where(CampaignMember.subject_id.is_not(None)).group_by(_REACHED)).all())


def _count_protocols(session: Session) -> dict[date, int]:
    return dict(session.execute(select(RetentionRun.day, func.count()).group_by(RetentionRun.day)).all())


def _ended_members(session: Session, day: date) -> Select[str]:
    """Return the ids of the members with a name whose period ended before the day."""
    rule = find_rules(session)[CAMPAIGNS]
    over = [each for each in _count_reached(session) if due_on(rule, each) < day]
    ended_ones = select(CampaignMember.id).join(Campaign, Campaign.id == CampaignMember.campaign_id)
    return ended_ones.where(CampaignMember.subject_id.is_not(None), _REACHED.in_(over))


def _count(session: Session, these: Select[str], values: Mapping[str, object] | None = None) -> int:
    return session.scalar(select(func.count()).select_from(these.subquery()), values) or 0


def _forget_members(session: Session, day: date) -> int:
    """Leave of a member that somebody of a group was reached, and did or did not respond."""
    going = _ended_members(session, day).where(~_stays(day))
    ids = session.scalars(going.order_by(CampaignMember.id).limit(_AT_ONCE)).all()
    session.execute(update(CampaignMember).where(CampaignMember.id.in_(ids)).values(_EMPTY))
    return len(ids)


def _stays(day: date) -> ColumnElement[bool]:
    return or_(*_reasons(day).values())


def _reasons(day: date) -> Mapping[HeldBy, ColumnElement[bool]]:
    """Return whose data stay for now: who asks for something, obtained that theirs are kept, or is under a hold."""
    subject_id = CampaignMember.__table__.c.subject_id
    return {
        HeldBy.REQUEST: ended.asks_for_something(subject_id),
        HeldBy.RESTRICTION: restriction.is_obtained_by(subject_id),
        HeldBy.HOLD: holds.holds_thing(subject_id, CAMPAIGNS, day),
    }


def _ended_protocols(session: Session, day: date) -> ColumnElement[bool]:
    """Say which protocols are old enough; one of a run that is not done stays."""
    rule = find_rules(session)[PROTOCOLS]
    over = [each for each in _count_protocols(session) if due_on(rule, each) < day]
    return RetentionRun.day.in_(over) & (RetentionRun.state == RunState.DONE)


def _count_ended_protocols(session: Session, day: date) -> int:
    return session.scalar(select(func.count()).where(_ended_protocols(session, day))) or 0


def _forget_protocols(session: Session, day: date) -> int:
    if holds.is_rule_held(session, PROTOCOLS, day=day):
        return 0
    return len(session.scalars(delete(RetentionRun).where(_ended_protocols(session, day)).returning(RetentionRun.id)).all())
