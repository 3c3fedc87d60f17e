"""The processing log (Protokollierung) as an append-only Merkle log that strangers can verify.

It knows bytes and rows, and nothing of a CRM: `crm.privacy.audit` decides what an entry says.

Source: Art. 5(2), 32(1) DSGVO.
"""

from crm.ledger.anchors import check_anchors, require_not_set_back
from crm.ledger.appending import Draft, append, append_many, draft, draft_many
from crm.ledger.checkpoint import Checkpoint, origin_of, read_checkpoint
from crm.ledger.errors import (
    ExportFolderInUseError,
    HighWaterMissingError,
    HighWaterUnreadableError,
    LeafTooLargeError,
    LedgerDamagedError,
    LedgerRolledBackError,
    NothingSealedError,
    NotSealedError,
    SealerBusyError,
)
from crm.ledger.export import export_bundle, require_free_folder
from crm.ledger.findings import Finding, Kind
from crm.ledger.guards import find_missing_guards, install_guards
from crm.ledger.lists import drop_salts
from crm.ledger.note import Signer, VerifierKey
from crm.ledger.proof import check_proof, prove, read_proof
from crm.ledger.reading import (
    EntryFilter,
    StoredEntry,
    count_entries,
    count_entries_of,
    find_entries,
    find_entries_of,
    find_latest_moment,
    find_newest,
    find_newest_of_acts,
    find_payloads,
    last_checkpoint_note,
)
from crm.ledger.sealer import Sealer
from crm.ledger.verification import Verification, verify
from crm.ledger.written import (
    Written,
    count_about_nobody,
    find_written,
    find_written_by,
    select_subjects,
    sum_counts,
    sum_counts_since,
)

__all__ = [
    "Checkpoint",
    "Draft",
    "EntryFilter",
    "ExportFolderInUseError",
    "Finding",
    "HighWaterMissingError",
    "HighWaterUnreadableError",
    "Kind",
    "LeafTooLargeError",
    "LedgerDamagedError",
    "LedgerRolledBackError",
    "NotSealedError",
    "NothingSealedError",
    "Sealer",
    "SealerBusyError",
    "Signer",
    "StoredEntry",
    "Verification",
    "VerifierKey",
    "Written",
    "append",
    "append_many",
    "check_anchors",
    "check_proof",
    "count_about_nobody",
    "count_entries",
    "count_entries_of",
    "draft",
    "draft_many",
    "drop_salts",
    "export_bundle",
    "find_entries",
    "find_entries_of",
    "find_latest_moment",
    "find_missing_guards",
    "find_newest",
    "find_newest_of_acts",
    "find_payloads",
    "find_written",
    "find_written_by",
    "install_guards",
    "last_checkpoint_note",
    "origin_of",
    "prove",
    "read_checkpoint",
    "read_proof",
    "require_free_folder",
    "require_not_set_back",
    "select_subjects",
    "sum_counts",
    "sum_counts_since",
    "verify",
]
