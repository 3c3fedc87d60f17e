"""Makes data keys: committed in the key store before anything is sealed by them."""

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.orm import Session

from crm.db import Compartment, among, in_batches, insert_rows
from crm.vault import schema
from crm.vault.envelope import KEY_BYTES, CompartmentKeys, DataKey
from crm.vault.epochs import EpochKey, EpochKeys, count_wraps
from crm.vault.errors import ErasedError
from crm.vault.key_cache import KeyId
from crm.vault.keyring import Keyring, destroyed_keys, wrap
from crm.vault.schema import data_key
from crm.vault.store import KeyStore, raise_shred_sequence, reserve_numbers, state_of
from crm.vault.tables import Subject

_SWEPT_AT_ONCE = 500
# Built once, because everybody who comes in needs it.
_PRESENT = select(data_key.c.subject_id, data_key.c.compartment).where(among(data_key.c.subject_id, "subject_ids"))


class _Wanted(NamedTuple):
    subject_id: str
    compartment: str
    version: int


class KeyMaker:
    """Makes the keys people lack and removes those nobody got."""

    def __init__(self, store: KeyStore, epochs: EpochKeys, keyring: Keyring) -> None:
        self._store = store
        self._epochs = epochs
        self._keyring = keyring

    def make_missing(self, subject_ids: Sequence[str], compartments: Collection[Compartment], *, now: datetime) -> dict[str, int]:
        """Make the keys these people do not have yet, in one durable transaction, and return their highest new numbers.

        Raises:
            ErasedError: the profile key of one of them was destroyed; that pseudonym is never used again.
        """
        while True:
            # Before the transaction: the first use of an epoch writes to the key store itself.
            epoch = self._epochs.current()
            generation = self._keyring.generation
            with self._store.writing() as connection:
                if state_of(connection).epoch != epoch.number:
                    continue
                wanted = _find_missing(connection, subject_ids, compartments)
                first = reserve_numbers(connection, len(wanted))
                made = _write(connection, epoch, wanted, first, now)
            self._keyring.keep(made, generation=generation)
            return {each.subject_id: number for number, each in enumerate(wanted, first)}

    def sweep_orphans(self, session: Session, *, older_than: datetime) -> int:
        """Remove keys whose subject was never written, made before `older_than`, and return how many.

        Only keys not looked at before are looked at, so the cost grows with what is new.
        """
        removed = 0
        while batch := self._unswept(older_than):
            asked = {subject_id for _, subject_id in batch}
            known = set(session.scalars(select(Subject.id).where(Subject.id.in_(asked))))
            removed += self._remove([number for number, subject_id in batch if subject_id not in known], swept=batch[-1][0])
        return removed

    def _unswept(self, older_than: datetime) -> list[tuple[int, str]]:
        """Return the next keys in order of their numbers, up to the first that is too young to judge."""
        columns = data_key.c
        with self._store.reading() as connection:
            swept = state_of(connection).swept
            asked = select(columns.number, columns.subject_id, columns.created_at).where(columns.number > swept)
            rows = connection.execute(asked.order_by(columns.number).limit(_SWEPT_AT_ONCE)).all()
        young = next((place for place, row in enumerate(rows) if row.created_at >= older_than), len(rows))
        return [(row.number, row.subject_id) for row in rows[:young]]

    def _remove(self, numbers: Sequence[int], *, swept: int) -> int:
        with self._store.writing() as connection:
            connection.execute(update(schema.state).values(swept=swept))
            if numbers:
                connection.execute(delete(data_key).where(data_key.c.number.in_(numbers)))
                raise_shred_sequence(connection)
        return len(numbers)


def _find_missing(connection: Connection, subject_ids: Sequence[str], compartments: Collection[Compartment]) -> list[_Wanted]:
    """Return which keys to make, with the version after the last destroyed one."""
    missing: list[_Wanted] = []
    for batch in in_batches(subject_ids):
        destroyed = destroyed_keys(connection, batch)
        if any(compartment == Compartment.PROFILE for _, compartment in destroyed):
            raise ErasedError
        present = connection.execute(_PRESENT, {"subject_ids": batch})
        there: set[KeyId] = {(subject_id, compartment) for subject_id, compartment in present}
        missing += [
            _Wanted(subject_id, compartment.value, destroyed.get((subject_id, compartment.value), 0) + 1)
            for subject_id in dict.fromkeys(batch)
            for compartment in compartments
            if (subject_id, compartment.value) not in there
        ]
    return missing


def _write(connection: Connection, epoch: EpochKey, wanted: Sequence[_Wanted], first: int, now: datetime) -> dict[KeyId, CompartmentKeys]:
    made: dict[KeyId, CompartmentKeys] = {}
    rows: list[dict[str, object]] = []
    for number, (subject_id, compartment, version) in enumerate(wanted, first):
        raw = os.urandom(KEY_BYTES)
        wrapped = wrap(epoch, raw, number=number, subject_id=subject_id, compartment=compartment, version=version)
        rows.append(
            {
                "number": number,
                "subject_id": subject_id,
                "compartment": compartment,
                "version": version,
                "epoch": epoch.number,
                "wrapped": wrapped,
                "created_at": now,
            }
        )
        key = DataKey(raw, version=version, subject_id=subject_id, compartment=compartment)
        made[subject_id, compartment] = CompartmentKeys(key, {version: key})
    if rows:
        insert_rows(connection, data_key, rows)
        count_wraps(connection, epoch.number, len(rows))
    return made
