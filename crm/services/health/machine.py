"""Memory that could reach a disk, and the clock."""

import ctypes
from collections.abc import Iterator
from pathlib import Path

from crm.search.place import is_ram
from crm.services.health.findings import Finding, State
from crm.settings import Settings

_SWAPS = Path("/proc/swaps")
_BLOCKS = Path("/sys/class/block")
_ROOM_FOR_TIMEX = 512  # bytes; the kernel's struct has 208
_NOT_SYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)


class SwapUnencrypted(Finding):
    """Keys and the search index are in memory, and memory can be swapped."""

    check = "swap"
    state = State.HINT
    message = "Der Auslagerungsspeicher %(device)s ist nicht verschlüsselt: Schlüssel und Suchindex können lesbar auf die Platte geraten."


class SwapSafe(Finding):
    """No swap, or swap that is encrypted or in memory."""

    check = "swap"
    state = State.OK
    message = "Auslagerungsspeicher: keiner, verschlüsselt oder im Arbeitsspeicher."


class IndexOnDisk(Finding):
    """The search index holds plain text and has to stay in memory."""

    check = "volumes"
    state = State.WRONG
    message = "Der Suchindex liegt in %(folder)s und damit auf einer Platte. Setzen Sie index_dir auf eine RAM-Disk (tmpfs)."


class IndexInMemory(Finding):
    """The search index is in memory."""

    check = "volumes"
    state = State.OK
    message = "Der Suchindex liegt im Arbeitsspeicher (%(folder)s)."


class ClockUnsynchronised(Finding):
    """Deadlines and the log depend on the clock."""

    check = "clock"
    state = State.HINT
    message = "Die Uhr des Rechners wird nicht mit einer Zeitquelle abgeglichen (NTP); Fristen und Protokoll hängen von ihr ab."


class ClockSynchronised(Finding):
    """The kernel says that the clock is kept."""

    check = "clock"
    state = State.OK
    message = "Die Uhr des Rechners wird abgeglichen."


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Look at swap, index folder and clock."""
    yield from _examine_swap()
    yield (IndexInMemory if is_ram(settings.index_dir) else IndexOnDisk)(folder=settings.index_dir)
    yield ClockSynchronised() if _is_clock_synchronised() else ClockUnsynchronised()


def _examine_swap() -> Iterator[Finding]:
    lines = _SWAPS.read_text(encoding="utf-8").splitlines()[1:] if _SWAPS.exists() else []
    exposed = [device for device in (line.split()[0] for line in lines) if not _is_protected(device)]
    for device in exposed:
        yield SwapUnencrypted(device=device)
    if not exposed:
        yield SwapSafe()


def _is_protected(device: str) -> bool:
    """Say whether a swap device is compressed memory or lies on an encrypted one."""
    name = Path(device).resolve().name
    kind = _BLOCKS / name / "dm" / "uuid"
    return name.startswith("zram") or (kind.exists() and kind.read_text(encoding="utf-8").startswith("CRYPT-"))


def _is_clock_synchronised() -> bool:
    library = ctypes.CDLL(None)
    state: int = library.adjtimex(ctypes.create_string_buffer(_ROOM_FOR_TIMEX))
    return state not in (-1, _NOT_SYNCHRONISED)
