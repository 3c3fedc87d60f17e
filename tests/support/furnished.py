"""What tests of a whole installation share: its database, its moment, and what its ledger says."""

from dataclasses import dataclass

from sqlalchemy import func, select

from crm.clock import Clock
from crm.ledger.tables import entry
from crm.runtime import Runtime


@dataclass
class Furnished:
    """An installation as a test works on it; each kind of test adds how it is furnished."""

    runtime: Runtime
    clock: Clock

    @property
    def database(self):
        return self.runtime.database

    @property
    def now(self):
        return self.clock.now()

    def count(self, model, *conditions):
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*conditions))

    def entries(self, action):
        """Return the leaves of the ledger with this action, the oldest first."""
        with self.database.reading() as session:
            rows = session.scalars(select(entry.c.leaf).where(entry.c.action == action).order_by(entry.c.id))
            return [leaf.decode() for leaf in rows]
