"""An installation with people whose time is up, and people whose time is not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.models.retention import RetentionDue, RetentionRun
from crm.privacy import purposes
from crm.privacy.erasure import run
from crm.vault import Subject, SubjectState
from tests.integration.privacy.people import make_person
from tests.support.furnished import Furnished


class Installation(Furnished):
    """What a test works on."""

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
        return run.catch_up(self.database, vault=self.runtime.vault, clock=lambda: self.now)

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

    def count_entries(self, *actions):
        return tuple(len(self.entries(each)) for each in actions)

    def purpose(self, session, code):
        return purposes.find_all(session).get(code)


@pytest.fixture
def house(runtime, clock):
    return Installation(runtime, clock)
