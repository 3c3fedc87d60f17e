"""One worker leads: it does what must be done once for the whole installation, not once on every host."""

import structlog

from crm.db import Database, make_lasting_lock
from crm.services.job_runs import LEADERSHIP

_log = structlog.get_logger()


class Leader:
    """This worker's part in leadership. Who holds the lock leads; it passes on within a second or two when the holder dies.

    Leadership spares work and never guards it: two workers that both believe to lead, for the seconds in which a
    connection breaks, are kept apart by the rows they take.
    """

    def __init__(self, database: Database) -> None:
        self._lock = make_lasting_lock(database.engine, LEADERSHIP)
        self._leads = False

    @property
    def leads(self) -> bool:
        return self._leads

    def campaign(self) -> None:
        """Take leadership if it is free, and notice when it was lost; called every second."""
        leads = self._lock.hold()
        if leads is not self._leads:
            _log.info("leader.gained" if leads else "leader.lost")
        self._leads = leads

    def resign(self) -> None:
        """Give leadership to the next one."""
        self._leads = False
        self._lock.release()
