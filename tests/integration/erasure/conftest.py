"""An installation with one person of whom there is something everywhere."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from crm.actor import Actor, Role
from crm.ledger.tables import entry as ledger_entry
from crm.models.erasure import ErasureCause
from crm.privacy.erasure import eraser, job
from crm.vault import Subject, SubjectState
from tests.support.furnished import Furnished
from tests.support.whole_person import WholePerson, furnish

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)


@dataclass
class Installation(Furnished):
    """What a test works on."""

    person: WholePerson

    @property
    def vault(self):
        return self.runtime.vault

    def order(self, subject_id=None, *, case_id=None, cause=ErasureCause.REQUEST, rule=None):
        with self.database.writing() as session:
            return job.order(
                session,
                subject_id=subject_id or self.person.subject_id,
                cause=cause,
                rule=rule,
                case_id=case_id,
                actor=COORDINATOR,
                now=self.now,
            )

    def finish(self, **options):
        return eraser.finish(self.database, vault=self.vault, clock=lambda: self.now, **options)

    def erase(self, subject_id=None):
        self.order(subject_id)
        assert self.finish() == 1

    def seal_log(self):
        self.runtime.make_sealer().seal_all(self.database, clock=self.clock.now)

    def rows(self, table):
        with self.database.reading() as session:
            return [row._mapping for row in session.execute(table.select())]

    def living(self):
        with self.database.reading() as session:
            return set(session.scalars(select(Subject.id).where(Subject.state == SubjectState.LIVING)))

    def actions(self):
        """Return the actions of the erasure in the log, in order."""
        wanted = select(ledger_entry.c.action).where(ledger_entry.c.action.like("erasure:%")).order_by(ledger_entry.c.id)
        with self.database.reading() as session:
            return list(session.scalars(wanted))


@pytest.fixture
def house(runtime, clock):
    return Installation(runtime, clock, furnish(runtime, clock.now()))
