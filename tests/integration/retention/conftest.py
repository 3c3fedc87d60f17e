"""An installation with people whose time is up, and people whose time is not."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.ledger.tables import entry as ledger_entry
from crm.models.retention import RetentionDue, RetentionRun
from crm.privacy import purposes
from crm.privacy.erasure import run
from crm.vault import Subject, SubjectState
from tests.integration.privacy.people import make_person


@dataclass
class Installation:
    """What a test works on."""

    runtime: object
    clock: object

    @property
    def database(self):
        return self.runtime.database

    @property
    def now(self):
        return self.clock.now()

    @property
    def today(self):
        return self.now.date()

    def person(self, *codes, days_ago=10, **overrides):
        """Take somebody in whose last contact was so many days ago."""
        with self.database.writing() as session:
            codes = codes or ("precontract_request",)
            moment = self.now - timedelta(days=days_ago)
            return make_person(session, self.now, *codes, last_contact_at=moment, collected_at=moment, **overrides)

    def overdue(self, number, *codes, days_ago=800):
        return [self.person(*codes, days_ago=days_ago, fields={"last_name": f"Person{each}"}) for each in range(number)]

    def run(self):
        return run.catch_up(self.database, vault=self.runtime.vault, now=self.now)

    def days(self):
        """Return rule, start and last day by person."""
        with self.database.reading() as session:
            rows = session.execute(select(RetentionDue).where(RetentionDue.kind == "person")).scalars()
            return {each.subject_id: (each.rule, each.started_on, each.due_on) for each in rows}

    def living(self):
        with self.database.reading() as session:
            return set(session.scalars(select(Subject.id).where(Subject.state == SubjectState.LIVING)))

    def runs(self):
        with self.database.reading() as session:
            return list(session.scalars(select(RetentionRun).order_by(RetentionRun.day)))

    def entries(self, action):
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(ledger_entry).where(ledger_entry.c.action == action))

    def purpose(self, session, code):
        return purposes.find_all(session).get(code)


@pytest.fixture
def house(runtime, clock):
    return Installation(runtime, clock)
