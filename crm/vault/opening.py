"""Opens many sealed values at once: with one query for their keys, and the lookups of a row made once for it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from crm.db import in_batches
from crm.vault.envelope import CompartmentKeys, Place, column_label, row_label
from crm.vault.key_cache import KeyId
from crm.vault.keyring import Keyring

# Keys are looked up anew for each portion, so that what was destroyed meanwhile ends a long list too.
_OPENED_AT_ONCE: Final = 1000


class Columns(NamedTuple):
    """Sealed columns of a table whose rows are named by the person: the pseudonym is the id of the row."""

    compartment: str
    table: str
    columns: Sequence[str]


def open_one(keyring: Keyring, place: Place, sealed: bytes) -> bytes:
    """Open one value, or say why it does not open."""
    return keyring.key_for(place.subject_id, place.compartment, sealed).open(place, sealed)


def open_many(keyring: Keyring, sealed: Sequence[tuple[Place, bytes]]) -> list[bytes]:
    """Open values of any places, in order; the first failure ends it."""
    opened: list[bytes] = []
    for part in in_batches(sealed, size=_OPENED_AT_ONCE):
        keys: dict[KeyId, CompartmentKeys] = {}
        for compartment in {place.compartment for place, _ in part}:
            keys |= keyring.get_many([place.subject_id for place, _ in part if place.compartment == compartment], compartment)
        opened += [_open_with(keyring, keys, place, value) for place, value in part]
    return opened


def _open_with(keyring: Keyring, keys: Mapping[KeyId, CompartmentKeys], place: Place, sealed: bytes) -> bytes:
    """Open with keys at hand; what they do not open, `open_one` explains."""
    held = keys.get((place.subject_id, place.compartment))
    if held and sealed.startswith(held.newest.header):
        return held.newest.open(place, sealed)
    return open_one(keyring, place, sealed)


def open_rows(keyring: Keyring, where: Columns, rows: Sequence[Sequence[Any]]) -> list[list[bytes]]:
    """Open rows of a pseudonym and its sealed columns; what is empty is left out, the first failure ends it."""
    labels = [column_label(where.table, column) for column in where.columns]
    opened: list[list[bytes]] = []
    for part in in_batches(rows, size=_OPENED_AT_ONCE):
        keys = keyring.get_many([row[0] for row in part], where.compartment)
        opened += [_open_row(keyring, keys.get((row[0], where.compartment)), where, labels, row) for row in part]
    return opened


def _open_row(keyring: Keyring, held: CompartmentKeys | None, where: Columns, labels: Sequence[bytes], row: Sequence[Any]) -> list[bytes]:
    subject_id, *values = row
    key, label_of_row = held.newest if held else None, row_label(subject_id)
    return [
        key.open_labelled(label + label_of_row, sealed)
        if key and sealed.startswith(key.header)
        else open_one(keyring, Place(subject_id, where.compartment, where.table, column, subject_id), sealed)
        for column, label, sealed in zip(where.columns, labels, values, strict=True)
        if sealed is not None
    ]
