"""Reading, verifying and handing out the processing log (Protokollierung); each leaves an entry of its own.

The log is employee data too: it serves data-protection control and the answering of people, not the
evaluation of staff.

Source: Art. 5(2), 30(4), 32(1) DSGVO; § 26 BDSG.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.clock import Clock
from crm.db import Database, explaining
from crm.ledger import EntryFilter, Sealer, StoredEntry, Verification
from crm.privacy import audit
from crm.privacy.actions import BROKEN, SOUND, Action

_KIND = "log"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, the newest first; `before` leads to older ones, `after` to newer ones, None where there are none."""

    entries: list[StoredEntry]
    before: int | None
    after: int | None = None


def list_entries(
    session: Session,
    *,
    wanted: EntryFilter,
    actor: Actor,
    clock: Clock,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> EntryPage:
    """Return one page of entries; for a person's pseudonym also the lists in which that person was shown."""
    page = _page_above(session, wanted, after, limit) if after is not None else None
    page = page or _page_below(session, wanted, before, limit)
    audit.record(session, Action.LOG_READ, actor=actor, now=clock.now(), subject_id=wanted.subject_id, count=len(page.entries), kind=_KIND)
    return page


def _page_below(session: Session, wanted: EntryFilter, before: int | None, limit: int) -> EntryPage:
    found = ledger.find_entries(session, wanted, before=before, limit=limit + 1)
    shown = found[:limit]
    older = shown[-1].id if len(found) > limit else None
    return EntryPage(shown, before=older, after=shown[0].id if before is not None and shown else None)


def _page_above(session: Session, wanted: EntryFilter, after: int, limit: int) -> EntryPage | None:
    """Return the page above a row, or None where the rest fills no page: then the first page, whole, is what is wanted."""
    found = ledger.find_entries(session, wanted, after=after, limit=limit + 1)
    shown = found[-limit:]
    return EntryPage(shown, before=shown[-1].id, after=shown[0].id) if len(found) > limit else None


def verify_log(
    database: Database, *, sealer: Sealer, actor: Actor, clock: Clock, progress: Progress | None = None, processes: int = 1
) -> Verification:
    """Recompute the whole log and say what does not fit; seals nothing.

    Args:
        progress: is told how many of how many sealed entries are done.
    """
    with explaining():
        verification = ledger.verify(
            database.engine,
            trusted=[sealer.signer.verifier],
            high_water=sealer.high_water,
            folder=sealer.folder,
            progress=progress,
            processes=processes,
            forgetting=Action.LISTS_LEFT,
        )
    result = SOUND if verification.is_sound else BROKEN
    with database.writing() as session:
        audit.record(session, Action.LOG_VERIFIED, actor=actor, now=clock.now(), count=verification.size, kind=_KIND, result=result)
    return verification


def export_log(
    database: Database, *, sealer: Sealer, folder: Path, actor: Actor, clock: Clock, progress: Progress | None = None
) -> ledger.Checkpoint:
    """Write the bundle that strangers can verify, the entry about this export included.

    Raises:
        ExportFolderInUseError: there is something in the folder already.
        NothingSealedError: the log has no checkpoint yet, and another process is about to make the first.
    """
    ledger.require_free_folder(folder)
    with database.writing() as session:
        audit.record(session, Action.LOG_EXPORTED, actor=actor, now=clock.now(), kind=_KIND)
    with suppress(ledger.SealerBusyError):  # the worker seals it within a second, and the bundle holds what is sealed
        sealer.seal_all(database, clock=clock.now)
    with explaining():
        return ledger.export_bundle(database.engine, folder, trusted=[sealer.signer.verifier], progress=progress)


def verifier_key(sealer: Sealer) -> str:
    """Return the public key of the log, in the form `name+hash+base64` that verifiers take."""
    return str(sealer.signer.verifier)
