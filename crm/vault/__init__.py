"""The vault: sealed values, keys that can be destroyed, and the rights that outlive a restore."""

from crm.vault.destruction import Destruction
from crm.vault.envelope import Place
from crm.vault.errors import (
    ErasedError,
    KeyFileDamagedError,
    KeyFileExposedError,
    KeyFileMissingError,
    KeysOlderThanDataError,
    KeyStoreBrokenError,
    KeyStoreFullError,
    KeyUnavailableError,
    TamperedError,
    UnknownEpochError,
    WrongEpochKeyError,
)
from crm.vault.handout import open_with, seal_for
from crm.vault.inspection import Inspection
from crm.vault.intake import IntakeKey
from crm.vault.journal import ObjectionLine, Right, RightsEntry
from crm.vault.opening import Columns
from crm.vault.padding import Padding
from crm.vault.provider import FileKeyProvider, KeyProvider
from crm.vault.schema import create_keystore, keystore_metadata
from crm.vault.tables import Subject, SubjectState
from crm.vault.tags import SealedRow
from crm.vault.vault import Vault

__all__ = [
    "Columns",
    "Destruction",
    "ErasedError",
    "FileKeyProvider",
    "Inspection",
    "IntakeKey",
    "KeyFileDamagedError",
    "KeyFileExposedError",
    "KeyFileMissingError",
    "KeyProvider",
    "KeyStoreBrokenError",
    "KeyStoreFullError",
    "KeyUnavailableError",
    "KeysOlderThanDataError",
    "ObjectionLine",
    "Padding",
    "Place",
    "Right",
    "RightsEntry",
    "SealedRow",
    "Subject",
    "SubjectState",
    "TamperedError",
    "UnknownEpochError",
    "Vault",
    "WrongEpochKeyError",
    "create_keystore",
    "keystore_metadata",
    "open_with",
    "seal_for",
]
