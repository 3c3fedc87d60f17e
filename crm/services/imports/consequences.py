"""What follows for the people of a batch: restrictions, consents without proof, and things to do."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.models.privacy_task import TaskKind
from crm.privacy import consent, objection, restriction, tasks
from crm.privacy.collection import Notice
from crm.privacy.purposes import Channel
from crm.privacy.restriction import RestrictionReason
from crm.services.imports.new_people import PeopleMaker
from crm.services.imports.rows import CompanyRow, PersonRow, Wishes
from crm.services.imports.terms import due_within_a_month
from crm.services.requests import opening


class Consequences:
    """Collects per person, writes once per batch."""

    def __init__(self, maker: PeopleMaker, *, now: datetime) -> None:
        self._maker = maker
        self._now = now
        self._tasks: dict[tuple[str, TaskKind], date] = {}
        self._restricted: dict[RestrictionReason, list[str]] = defaultdict(list)
        self._asked: list[str] = []
        self._unproven: dict[tuple[str, Channel, datetime], list[str]] = defaultdict(list)

    def begin(self, row: PersonRow | CompanyRow, subject_id: str) -> None:
        """Note what follows from how somebody came in."""
        if row.origin is None:
            self.demand(subject_id, TaskKind.ORIGIN_UNKNOWN)
        if self._maker.terms.notice is Notice.DUE:
            self.demand(subject_id, TaskKind.NOTICE_DUE)
        if self._maker.is_time_up(row, now=self._now):
            self.restrict(subject_id, RestrictionReason.TIME_UP)
            self.demand(subject_id, TaskKind.TIME_UP)
        self.heed(row.wishes, subject_id, collected_at=self._maker.collected_at(row, now=self._now))

    def demand(self, subject_id: str, kind: TaskKind) -> None:
        """Ask that somebody does something about this person within a month; once, however many records ask for it."""
        self._tasks[subject_id, kind] = due_within_a_month(self._now, zone=self._maker.zone)

    def restrict(self, subject_id: str, reason: RestrictionReason) -> None:
        """Let nobody use this person's data until somebody has decided."""
        self._restricted[reason].append(subject_id)

    def heed(self, wishes: Wishes, subject_id: str, *, collected_at: datetime) -> None:
        """Do what the person wants and was not known, beside the objections, which the door of collection takes in.

        Who asked to be forgotten gets a case: restricted at once and erased after a decision; a slip or an impostor
        would otherwise cause a loss that nobody can undo.

        Source: Art. 7(1), 12(3), 17(1)(b), 21(1) DSGVO.
        """
        if wishes.wants_erasure:
            self._asked.append(subject_id)
        if wishes.use_contested:
            self.demand(subject_id, TaskKind.OBJECTION_RAISED)
        for each in wishes.consents:
            since = min(each.effective_at or collected_at, self._now)
            self._unproven[each.purpose, each.channel, since].append(subject_id)

    def heed_news(self, session: Session, news: Wishes, subject_id: str) -> None:
        """Do what somebody who is known wants besides what was known, objections included."""
        told = [(subject_id, each) for each in self._maker.objections(news)]
        objection.raise_many(session, told, origin=objection.Heard.OLD_SYSTEM, actor=self._maker.terms.actor, now=self._now)
        self.heed(news, subject_id, collected_at=self._now)

    def write(self, session: Session) -> None:
        """Write everything, in the unit of work of the people themselves."""
        actor = self._maker.terms.actor
        tasks.open_many(session, [(*wanted, due_on) for wanted, due_on in self._tasks.items()], actor=actor, now=self._now)
        for reason, subject_ids in self._restricted.items():
            restriction.impose(session, subject_ids=list(dict.fromkeys(subject_ids)), reason=reason, actor=actor, now=self._now)
        if self._asked:  # hardly ever, and looking for nobody's cases took a twentieth of an import
            opening.open_from_import(session, subject_ids=self._asked, settings=self._maker.settings, actor=actor, now=self._now)
        for (purpose, channel, since), subject_ids in self._unproven.items():
            fresh = self._without_state(session, subject_ids, purpose, channel)
            consent.take_over_unproven(
                session, subject_ids=fresh, purpose=purpose, channel=channel, effective_at=since, actor=actor, now=self._now
            )

    def _without_state(self, session: Session, subject_ids: list[str], purpose: str, channel: Channel) -> list[str]:
        """Leave out who gave or withdrew this consent here already: an unproven one must not cover that."""
        states = consent.find_states(session, subject_ids, now=self._now)
        return [each for each in dict.fromkeys(subject_ids) if (purpose, channel) not in states.get(each, {})]
