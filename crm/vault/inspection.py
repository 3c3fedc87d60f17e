"""What may be asked of the key store without changing it: does it belong to these data, and is it as new as they are?

Source: Art. 32(1)(b), (d) DSGVO.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, func, select

from crm.db import Compartment, in_batches
from crm.vault.epochs import EpochKeys
from crm.vault.journal import Right
from crm.vault.named_secrets import INSTALLATION, NamedSecrets, site_secret
from crm.vault.schema import data_key, epoch, rights_journal, source_tombstone, tombstone
from crm.vault.store import KeyStore


class Inspection:
    """Reads the key store and makes no secret that is missing there."""

    def __init__(self, store: KeyStore, epochs: EpochKeys, secrets: NamedSecrets) -> None:
        self._store = store
        self._epochs = epochs
        self._secrets = secrets

    def require_epoch_key(self) -> None:
        """Refuse when the provider has no key for the running epoch, or another one than this key store was written with.

        Raises:
            KeyUnavailableError: and its subclasses, which say what helps.
        """
        self._epochs.current()

    def is_unused(self) -> bool:
        """Say whether nothing was ever wrapped here: a key store that was made anew."""
        with self._store.reading() as connection:
            return connection.execute(select(epoch.c.number)).first() is None

    def has_installation_key(self) -> bool:
        """Say whether the key store holds the key under which addresses of staff are sealed."""
        return self._secrets.find(INSTALLATION) is not None

    def find_secret(self, name: str) -> bytes | None:
        """Return the random bytes kept under this name, or None where there are none."""
        secret = self._secrets.find(site_secret(name))
        return secret.raw if secret else None

    def find_with_key(self, subject_ids: Sequence[str], *, compartment: Compartment = Compartment.PROFILE) -> set[str]:
        """Return who of these has a key of this compartment, living or not yet removed."""
        return self._find(data_key, data_key.c.compartment == compartment.value, subject_ids)

    def find_buried(self, subject_ids: Sequence[str], *, compartment: Compartment = Compartment.PROFILE) -> set[str]:
        """Return who of these has a tombstone for this key; for that of the profile: erased, whatever a restored backup says."""
        return self._find(tombstone, tombstone.c.compartment == compartment.value, subject_ids)

    def count_rights(self, right: Right) -> dict[str, int]:
        """Return how often each person stands in the journal with this right."""
        subject = rights_journal.c.subject_id
        asked = select(subject, func.count()).where(rights_journal.c.right == right.value, subject.is_not(None)).group_by(subject)
        with self._store.reading() as connection:
            return {str(subject_id): int(count) for subject_id, count in connection.execute(asked)}

    def count_sources(self) -> int:
        """Return how many records of other systems are recognised as those of somebody erased."""
        with self._store.reading() as connection:
            return connection.scalar(select(func.count()).select_from(source_tombstone)) or 0

    def _find(self, table: Table, condition: ColumnElement[bool], subject_ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        with self._store.reading() as connection:
            for batch in in_batches(subject_ids):
                found.update(connection.scalars(select(table.c.subject_id).where(table.c.subject_id.in_(batch), condition)))
        return found
