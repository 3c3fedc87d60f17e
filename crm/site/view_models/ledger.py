"""The auditor's pages over the ledger: pseudonyms and field names, never contents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.site.view_models.controls import FieldInput, SelectView


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilterView:
    """The filters as they stand; `since` and `until` are days as `YYYY-MM-DD`. A wrong one has its sentence."""

    since: FieldInput
    until: FieldInput
    action: SelectView
    purpose: SelectView
    actor: FieldInput
    subject: FieldInput

    @property
    def is_set(self) -> bool:
        """Say whether anything is filtered at all."""
        return any(each.value for each in (self.since, self.until, self.action, self.purpose, self.actor, self.subject))


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntryView:
    """One entry.

    Attributes:
        index: number in the sealed order; None while the entry waits to be sealed.
        action: the action in words; `code` is what the ledger holds (`person:disclosed`).
        about: what the entry is about besides a person ("Brief", "Protokoll").
        subject_url: "what happened to this pseudonym".
        listed: on the page of a pseudonym: the entry is a list in which that person was.
        fields: names of field groups or fields.
        is_dark: it had details, and the key they were sealed with is destroyed.
    """

    index: int | None
    when: datetime
    action: str
    code: str
    actor: str
    role: str | None = None
    actor_url: str | None = None
    about: str | None = None
    subject: str | None = None
    subject_url: str | None = None
    listed: bool = False
    purpose: str | None = None
    basis: str | None = None
    fields: tuple[str, ...] = ()
    count: int | None = None
    result: str | None = None
    is_dark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyedKeyView:
    """The end of one key: of what, and when; a moment that has not come yet is None."""

    title: str
    ordered_at: datetime
    removed_at: datetime | None
    irrecoverable_since: datetime | None


@dataclass(frozen=True, slots=True)
class KeptView:
    """What stays of an erased person, why, and how many rows of it."""

    title: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """The erasure of a pseudonym; `file_url` leads to its proof and `paper_url` to its certificate once every entry is sealed."""

    cause: str
    rule: str | None
    ordered_at: datetime
    completed_at: datetime | None
    keys: tuple[DestroyedKeyView, ...]
    kept: tuple[KeptView, ...]
    file_url: str | None
    paper_url: str | None


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """One line of the proof of an entry: what it is, and the value to compare; `lines` keeps line breaks."""

    title: str
    value: str
    lines: bool = False


class VerifyState(StrEnum):
    """How far checking the whole log has come."""

    NEVER = "never"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    SOUND = "sound"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class FindingView:
    """One thing that does not fit; `url` leads to the entry, if it is about one."""

    sentence: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyView:
    """The check of the log.

    Attributes:
        unsealed: entries that waited to be sealed when it was checked; no finding.
        findings: for BROKEN: what does not fit; `more` could not be shown.
        checkpoint: the signed tree head that was compared, verbatim.
    """

    state: VerifyState
    checked: int = 0
    total: int = 0
    finished_at: datetime | None = None
    unsealed: int = 0
    findings: tuple[FindingView, ...] = ()
    more: int = 0
    checkpoint: str | None = None

    @property
    def percent(self) -> int:
        return self.checked * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class BundleView:
    """The bundle of the log that the reader can fetch, until when, and how many entries are in it."""

    url: str
    until: datetime
    size: int
