"""The living data keys: from memory, or read from the key store and unwrapped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select

from crm.db import among, in_batches
from crm.vault.envelope import CompartmentKeys, DataKey, key_version_of
from crm.vault.epochs import EpochKey, EpochKeys
from crm.vault.errors import ErasedError, TamperedError
from crm.vault.freshness import Freshness
from crm.vault.key_cache import KeyCache, KeyId
from crm.vault.schema import data_key, is_buried, tombstone
from crm.vault.store import KeyStore

# Keys without a tombstone, whether or not the crash that came between them was cleaned up. Built once, because
# every key not in memory is found by it.
_LIVING = select(data_key.c.number, data_key.c.subject_id, data_key.c.version, data_key.c.epoch, data_key.c.wrapped).where(
    among(data_key.c.subject_id, "subject_ids"), data_key.c.compartment == bindparam("compartment"), ~is_buried()
)

_DESTROYED = (
    select(tombstone.c.subject_id, tombstone.c.compartment, tombstone.c.version)
    .where(among(tombstone.c.subject_id, "subject_ids"))
    .order_by(tombstone.c.version)
)


class Keyring:
    """Finds the keys of people's compartments."""

    def __init__(self, store: KeyStore, epochs: EpochKeys, cache: KeyCache, freshness: Freshness) -> None:
        self._store = store
        self._epochs = epochs
        self._cache = cache
        self._freshness = freshness

    def get(self, subject_id: str, compartment: str) -> CompartmentKeys:
        """Return the living keys of this compartment.

        Raises:
            ErasedError: there is none, because it was destroyed or never made.
            KeyUnavailableError: key store or provider are out of reach.
        """
        self._freshness.check_if_old()
        keys = self._cache.get((subject_id, compartment)) or self._load([subject_id], compartment).get((subject_id, compartment))
        if keys is None:
            raise ErasedError
        return keys

    def key_for(self, subject_id: str, compartment: str, sealed: bytes) -> DataKey:
        """Return the key that sealed this value.

        Raises:
            ErasedError: it was destroyed.
            TamperedError: the value names a key there never was.
        """
        keys = self.get(subject_id, compartment)
        version = key_version_of(sealed)
        found = keys.by_version.get(version) or self._reload(subject_id, compartment).by_version.get(version)
        if found is None:
            raise ErasedError if self._was_destroyed(subject_id, compartment, version) else TamperedError
        return found

    def prefetch(self, subject_ids: Iterable[str], compartment: str) -> None:
        """Read the keys of many people before they are used one by one; whoever has none is left out."""
        self.get_many(subject_ids, compartment)

    def get_many(self, subject_ids: Iterable[str], compartment: str) -> dict[KeyId, CompartmentKeys]:
        """Return the living keys of one compartment of many people at once; whoever has none is absent."""
        self._freshness.check_if_old()
        wanted = [(each, compartment) for each in dict.fromkeys(subject_ids)]
        found = self._cache.get_all(wanted)
        for batch in in_batches([key_id[0] for key_id in wanted if key_id not in found]):
            found |= self._load(batch, compartment)
        return found

    def keep(self, keys: Mapping[KeyId, CompartmentKeys], *, generation: int) -> None:
        """Keep keys that were just made."""
        self._cache.put(keys, generation=generation)

    @property
    def generation(self) -> int:
        """Tells whether keys in memory were forgotten in between."""
        return self._cache.generation

    def _load(self, subject_ids: Sequence[str], compartment: str) -> dict[KeyId, CompartmentKeys]:
        generation = self._cache.generation
        with self._store.reading() as connection:
            rows = connection.execute(_LIVING, {"subject_ids": subject_ids, "compartment": compartment}).all()
        epochs = {number: self._epochs.get(number) for number in {row.epoch for row in rows}}
        found: defaultdict[KeyId, list[DataKey]] = defaultdict(list)
        for row in rows:
            found[row.subject_id, compartment].append(unwrap(epochs[row.epoch], row, compartment))
        keys = {key_id: CompartmentKeys.of(each) for key_id, each in found.items()}
        self._cache.put(keys, generation=generation)
        return keys

    def _reload(self, subject_id: str, compartment: str) -> CompartmentKeys:
        self._cache.drop((subject_id, compartment))
        return self.get(subject_id, compartment)

    def _was_destroyed(self, subject_id: str, compartment: str, version: int) -> bool:
        columns = tombstone.c
        asked = exists().where(columns.subject_id == subject_id, columns.compartment == compartment, columns.version == version)
        with self._store.reading() as connection:
            return bool(connection.execute(select(asked)).scalar())


def wrap(epoch: EpochKey, raw: bytes, *, number: int, subject_id: str, compartment: str, version: int) -> bytes:
    """Wrap a data key so that it opens only as this key of this person."""
    return epoch.wrap(raw, *_label(number, subject_id, compartment, version))


def unwrap(epoch: EpochKey, row: Row[*tuple[Any, ...]], compartment: str) -> DataKey:
    """Turn a row of the key store into a usable key."""
    number, subject_id, version, _, wrapped = row
    raw = epoch.unwrap(wrapped, *_label(number, subject_id, compartment, version))
    return DataKey(raw, version=version, subject_id=subject_id, compartment=compartment)


def destroyed_keys(connection: Connection, subject_ids: Sequence[str]) -> dict[KeyId, int]:
    """Return the highest destroyed version of each compartment of these people."""
    rows = connection.execute(_DESTROYED, {"subject_ids": subject_ids})
    return {(row.subject_id, row.compartment): row.version for row in rows}


def _label(number: int, subject_id: str, compartment: str, version: int) -> tuple[str, ...]:
    return ("data key", str(number), subject_id, compartment, str(version))
