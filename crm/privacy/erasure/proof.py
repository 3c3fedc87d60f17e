"""The proof of an erasure: what was destroyed when, what stays and why, and the entries of the log that say so.

It says nothing of who it was, so it can be handed to anybody.

Source: Art. 5(2), 17(1), 17(3) DSGVO.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm import ledger
from crm.errors import NotFoundError
from crm.ledger import EntryFilter, StoredEntry
from crm.models.erasure import ErasureCause
from crm.privacy.actions import Action
from crm.privacy.erasure import named, reach
from crm.privacy.erasure.job import find_job
from crm.privacy.erasure.reach import KeptRows
from crm.vault import Destruction, Vault

STEPS: Final = (Action.ERASURE_ORDERED, Action.ERASURE_KEY_DESTROYED, Action.ERASURE_COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureProof:
    """What can be shown of one erasure.

    Attributes:
        rule: the rule of the Löschkonzept whose period ended.
        destroyed_at, completed_at: as their entries say; None while the erasure is under way.
        keys: the destroyed keys; `removed_at` is when no file of the running installation held one any more,
            `irrecoverable_since` when no copy of it can give it back either, None until its epoch is closed.
        kept_as_completed: what stays is still what the last entry says; documents go later, as their duties end.
        entries: one for each step, in their order; one without index waits to be sealed.
    """

    subject_id: str
    cause: ErasureCause
    rule: str | None
    case_id: str | None
    ordered_at: datetime
    destroyed_at: datetime | None
    completed_at: datetime | None
    keys: tuple[Destruction, ...]
    kept: tuple[KeptRows, ...]
    kept_as_completed: bool
    entries: tuple[StoredEntry, ...]

    @property
    def is_sealed(self) -> bool:
        """Say whether the erasure is complete and every entry of it has its place in the log."""
        return self.completed_at is not None and all(each.index is not None for each in self.entries)

    @property
    def irrecoverable_since(self) -> datetime | None:
        """Return since when no copy of any destroyed key can give it back; None while one still could."""
        moments = [each.irrecoverable_since for each in self.keys]
        known = [each for each in moments if each is not None]
        return max(known) if known and len(known) == len(moments) else None


def find_proof(session: Session, *, subject_id: str) -> ErasureProof:
    """Return the proof of a person's erasure.

    Raises:
        NotFoundError: no erasure of this pseudonym was ordered.
    """
    job = find_job(session, subject_id=subject_id)
    if job is None:
        raise NotFoundError
    entries, kept = tuple(_entries(session, subject_id)), tuple(reach.find_kept(session, subject_id))
    moments = {each.fields["act"]: each.happened_at for each in entries}
    return ErasureProof(
        subject_id=subject_id,
        cause=ErasureCause(job.cause),
        rule=job.rule,
        case_id=job.case_id,
        ordered_at=job.ordered_at,
        destroyed_at=moments.get(Action.ERASURE_KEY_DESTROYED),
        completed_at=moments.get(Action.ERASURE_COMPLETED),
        keys=tuple(Vault.of(session).find_destructions([subject_id])),
        kept=kept,
        kept_as_completed=named.digest_of_kept(subject_id, [(each.table, each.kept, each.rows) for each in kept]) in _named(entries),
        entries=entries,
    )


def _named(entries: Iterable[StoredEntry]) -> set[str]:
    """Return what the entry of the completion names."""
    return {digest for each in entries if each.fields["act"] == Action.ERASURE_COMPLETED for digest in each.fields.get("vh", ())}


def _entries(session: Session, subject_id: str) -> Iterator[StoredEntry]:
    for action in STEPS:
        yield from reversed(ledger.find_entries(session, EntryFilter(subject_id=subject_id, action=action)))
