"""What the proof of an erasure says of keys and of what stays: proven by digests in the entries, contradicted, or only stated.

Source: Art. 5(2), 17(1) DSGVO.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from crm.db import Compartment
from crm.privacy.erasure import named
from crm.vault import Destruction

KEYS: Final = "keys"
KEPT: Final = "kept"
IRRECOVERABLE: Final = "irrecoverable_since"

Said = Mapping[str, Any]


def read_moment(text: object) -> datetime | None:
    """Return the moment that a field says; None where it says none, or no zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def find_wrong_keys(said: Said, in_entry: Sequence[str], *, destroyed_at: datetime | None) -> Iterator[str]:
    """Name what is said of keys and cannot be: against itself, or against the entry that says which keys went.

    Args:
        in_entry: the digests of keys in the entry of the destruction; earlier versions entered none.
        destroyed_at: when that entry was made; None where the log proves none.
    """
    keys = said.get(KEYS)
    if not isinstance(keys, list) or not all(isinstance(each, dict) for each in keys):
        yield KEYS
        return
    wrong = [name for each in keys for name in _find_impossible(each, read_moment(said.get("ordered_at")))]
    yield from wrong
    if not wrong and in_entry and not _are_those(said, keys, in_entry, destroyed_at):
        yield KEYS


def _find_impossible(key: Said, ordered_at: datetime | None) -> Iterator[str]:
    """Name moments that cannot be: gone before it was ordered, or a profile's before anybody ordered it, or no copy left before it went."""
    begun, removed = read_moment(key.get("ordered_at")), read_moment(key.get("removed_at"))
    is_profile = key.get("compartment") == Compartment.PROFILE
    if begun is None or (is_profile and ordered_at is not None and begun < ordered_at):
        yield "keys.ordered_at"
        return
    if key.get("removed_at") is not None and (removed is None or removed < begun):
        yield "keys.removed_at"
        return
    since = read_moment(key.get(IRRECOVERABLE))
    if key.get(IRRECOVERABLE) is not None and (since is None or removed is None or since < removed):
        yield f"keys.{IRRECOVERABLE}"


def _are_those(said: Said, keys: Sequence[Said], in_entry: Sequence[str], destroyed_at: datetime | None) -> bool:
    """Say whether the keys are those of the entry, each of them and no other; only a later one is in no entry."""
    found = [_digest(said["subject"], each) for each in keys]
    others = [each for each, digest in zip(keys, found, strict=True) if digest not in in_entry]
    is_each_once = len({(each.get("compartment"), each.get("version")) for each in keys}) == len(keys)
    return is_each_once and set(in_entry) <= set(found) and all(_is_later(each, destroyed_at) for each in others)


def _is_later(key: Said, destroyed_at: datetime | None) -> bool:
    begun = read_moment(key.get("ordered_at"))
    is_profile = key.get("compartment") == Compartment.PROFILE
    return not is_profile and begun is not None and destroyed_at is not None and begun > destroyed_at


def _digest(subject_id: str, key: Said) -> str | None:
    ordered_at, removed_at = read_moment(key.get("ordered_at")), read_moment(key.get("removed_at"))
    if ordered_at is None or removed_at is None:
        return None
    facts: Any = {name: key.get(name) for name in ("compartment", "version")}
    return named.digest_of_key(subject_id, **facts, ordered_at=ordered_at, removed_at=removed_at)


def is_kept_proven(said: Said, in_entry: Sequence[str]) -> bool:
    """Say whether the last entry names what the file says stays."""
    try:
        kept = [(str(each["table"]), str(each["because"]), int(each["rows"])) for each in said[KEPT]]
    except (KeyError, TypeError, ValueError):
        return False
    return named.digest_of_kept(said["subject"], kept) in in_entry


def find_stated(said: Said, in_destroyed: Sequence[str], in_completed: Sequence[str]) -> Iterator[str]:
    """Name what no entry holds: the controller says it, and nobody can prove it from the file."""
    keys: Sequence[Said] = said[KEYS] if isinstance(said.get(KEYS), list) else ()
    keys = [each for each in keys if isinstance(each, dict)]
    if not in_destroyed or any(_digest(said["subject"], each) not in in_destroyed for each in keys):
        yield KEYS
    if any(each.get(IRRECOVERABLE) is not None for each in keys):
        yield f"keys.{IRRECOVERABLE}"
    if not is_kept_proven(said, in_completed):
        yield KEPT


def find_unlike_tombstones(said: Said, destructions: Sequence[Destruction]) -> Iterator[str]:
    """Name what the file says of keys otherwise than the tombstones of the key store, which alone know when an epoch was closed."""
    there: dict[tuple[Any, Any], Destruction] = {(each.compartment.value, each.version): each for each in destructions}
    keys = said.get(KEYS)
    for each in keys if isinstance(keys, list) else ():
        known = there.pop((each.get("compartment"), each.get("version")), None) if isinstance(each, dict) else None
        if known is None:
            yield KEYS
            continue
        for name in ("ordered_at", "removed_at", IRRECOVERABLE):
            if each.get(name) is not None and read_moment(each[name]) != getattr(known, name):
                yield f"keys.{name}"
    if there:
        yield KEYS
