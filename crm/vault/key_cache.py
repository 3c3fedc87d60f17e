"""Data keys in memory: few, not for long, and none that another process has destroyed."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from crm.vault.envelope import CompartmentKeys

CAPACITY: Final = 10_000
IDLE_SECONDS: Final = 60.0
_SHORTEST_NAP: Final = 0.5

KeyId = tuple[str, str]  # subject and compartment


class _Entry:
    __slots__ = ("keys", "used_at")

    def __init__(self, keys: CompartmentKeys, used_at: float) -> None:
        self.keys = keys
        self.used_at = used_at


class KeyCache:
    """The keys used most recently; one that nobody used for a minute is forgotten, also in an idle process."""

    def __init__(
        self, *, capacity: int = CAPACITY, idle_seconds: float = IDLE_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity = capacity
        self._idle = idle_seconds
        self._monotonic = monotonic
        self._entries: OrderedDict[KeyId, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self._sweeper: threading.Timer | None = None
        self.generation = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key_id: KeyId) -> CompartmentKeys | None:
        """Return the keys, if they are here and were used within the last minute."""
        return self.get_all([key_id]).get(key_id)

    def get_all(self, key_ids: Iterable[KeyId]) -> dict[KeyId, CompartmentKeys]:
        """Return the keys of those who are here and were used within the last minute."""
        now = self._monotonic()
        with self._lock:
            return {key_id: entry.keys for key_id in key_ids if (entry := self._use(key_id, now))}

    def put(self, keys: Mapping[KeyId, CompartmentKeys], *, generation: int) -> None:
        """Keep `keys`, unless the cache was cleared since they were read: then they may be destroyed already."""
        now = self._monotonic()
        with self._lock:
            if generation != self.generation:
                return
            for key_id, each in keys.items():
                self._entries[key_id] = _Entry(each, now)
                self._entries.move_to_end(key_id)
            while len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
            self._sweep_later(now)

    def drop(self, key_id: KeyId) -> None:
        """Forget the keys of one compartment."""
        with self._lock:
            self._entries.pop(key_id, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self.generation += 1
            self._entries.clear()
            if self._sweeper:
                self._sweeper.cancel()
                self._sweeper = None

    def _use(self, key_id: KeyId, now: float) -> _Entry | None:
        entry = self._entries.get(key_id)
        if entry is None:
            return None
        if now - entry.used_at > self._idle:
            del self._entries[key_id]
            return None
        entry.used_at = now
        self._entries.move_to_end(key_id)
        return entry

    def _sweep(self) -> None:
        now = self._monotonic()
        with self._lock:
            self._sweeper = None
            while self._entries and now - next(iter(self._entries.values())).used_at >= self._idle:
                self._entries.popitem(last=False)
            self._sweep_later(now)

    def _sweep_later(self, now: float) -> None:
        """Wake up when the key unused for longest is due; the entries are in the order of their use."""
        if self._sweeper is not None or not self._entries:
            return
        due_in = next(iter(self._entries.values())).used_at + self._idle - now
        self._sweeper = threading.Timer(max(due_in, _SHORTEST_NAP), self._sweep)
        self._sweeper.daemon = True
        self._sweeper.start()
