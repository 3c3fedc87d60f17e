"""What a run of one day would forget, and what stays though its period has ended: counted as the run takes it.

Source: Art. 5(1)(e), 17(3) DSGVO.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm.models.retention import DueKind
from crm.privacy import documents, due, exporting, holds
from crm.privacy.erasure import aged, ended, true_days, unconfirmed
from crm.privacy.erasure.ended import THINGS, Held, HeldBy, Planned

_AT_ONCE: Final = 500  # whose days are computed anew with one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes on a day.

    Attributes:
        others: by rule, how much goes besides people and what is known about them: of campaigns, documents, requests, files, protocols.
        held: people who are due and stay, because somebody has yet to decide or has decided so.
    """

    day: date
    due: tuple[Planned, ...]
    others: Mapping[str, int]
    held: tuple[Held, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Return by rule how much goes."""
        return dict(sorted((Counter(each.rule for each in self.due) + Counter(self.others)).items()))


def make_plan(session: Session, *, day: date, zone: ZoneInfo, now: datetime) -> Plan:
    """Return what the run of this day would forget; changes nothing.

    Notes, tickets, invoices, values of custom fields and campaigns of somebody who goes go with them and are not listed of their own.
    """
    doubtful = ended.find_unsound(session, day=day)
    people = _find_going(session, DueKind.PERSON, day, zone, now, besides=doubtful)
    going = {each.subject_id for each in people}
    things = [each for kind in THINGS for each in _find_going(session, kind, day, zone, now, besides=going)]
    others = aged.count_over(session, day=day, besides=going) + documents.count_over(session, today=day)
    others.update({rule: number for rule, (number, is_held) in _count_whole_kinds(session, day, zone).items() if not is_held})
    return Plan(day=day, due=(*people, *things), others=dict(+others), held=tuple(ended.find_held(session, day=day, doubtful=doubtful)))


def _find_going(session: Session, kind: DueKind, day: date, zone: ZoneInfo, now: datetime, *, besides: Collection[str]) -> list[Planned]:
    """Return those of a kind who go: whose day, computed anew, is what was kept ready."""
    found = ended.find_due(session, kind, day=day, besides=besides)
    parts = [found[first : first + _AT_ONCE] for first in range(0, len(found), _AT_ONCE)]
    going = [each for part in parts for each in true_days.find_true(session, part, zone=zone, now=now)]
    doubtful = ended.find_unsound_owners(session, kind, going)
    return [each for each in going if each.subject_id not in doubtful]


def count_skipped(session: Session, *, day: date) -> dict[str, int]:
    """Return by reason how many people and things are due on a day and stay; one with several reasons counts under each."""
    counts = ended.count_skipped(session, day=day) + aged.count_kept(session, day=day)
    counts[HeldBy.HOLD] += documents.count_held(session, today=day)
    counts[HeldBy.CHANGED] += documents.count_changed(session, today=day)
    counts[HeldBy.RESTRICTION] += documents.count_restricted(session, today=day)
    whole_kinds = _count_whole_kinds(session, day, due.zone_of(session))
    counts[HeldBy.HOLD] += sum(number for number, is_held in whole_kinds.values() if is_held)
    return dict(+counts)


def _count_whole_kinds(session: Session, day: date, zone: ZoneInfo) -> dict[str, tuple[int, bool]]:
    """Return how many requests and files of exports are over, and whether their kind of data is under a hold as a whole."""
    over = {
        unconfirmed.RULE: unconfirmed.count_over(session, day=day, zone=zone),
        exporting.RULE: exporting.count_over(session, day=day),
    }
    return {rule: (number, holds.is_rule_held(session, rule, day=day)) for rule, number in over.items()}
