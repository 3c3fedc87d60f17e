"""Clears away what a crash left: keys whose person was never written, and indexes that nobody reads any more."""

from collections.abc import Collection
from datetime import timedelta

import structlog

from crm.jobs.slots import Slot
from crm.runtime import Runtime
from crm.services import clearing, job_runs, ledger_bundles

_OLD_ENOUGH = timedelta(hours=24)  # far longer than any unit of work lasts
_log = structlog.get_logger()


def discard_bundles(runtime: Runtime) -> None:
    """Remove bundles of the log whose time to be fetched is over."""
    ledger_bundles.discard_expired(ledger_bundles.folder_of(runtime.place, runtime.settings.data_dir), now=runtime.clock.now())


def sweep(runtime: Runtime, _slot: Slot) -> None:
    """Remove orphaned keys and finish destructions that a crash interrupted."""
    clock = runtime.clock.now
    clearing.sweep_keys(runtime.database, vault=runtime.vault, older_than=clock() - _OLD_ENOUGH, clock=clock)


def forget_runs(runtime: Runtime, jobs: Collection[str]) -> None:
    """Forget which slots ran long ago, and what is known of jobs that are no more."""
    with runtime.database.writing() as session:
        job_runs.prune(session, jobs=jobs, now=runtime.clock.now())


def discard_orphaned_indexes(runtime: Runtime) -> None:
    """Remove from the RAM of this host the indexes of this user's installations that no process has open."""
    if number := runtime.place.sweep_orphans():
        _log.info("index.orphans_discarded", number=number)
