"""Why the index cannot answer or cannot be built."""

from typing import Self

from crm.errors import UnavailableError


class IndexBuildingError(UnavailableError):
    """There is no complete index on this host yet; `percent` says how far the worker has come."""

    message = (
        "Der Suchindex wird aufgebaut (%(percent)d %%). Listen und Suche sind gleich da; genaue E-Mail-Adressen finden Sie schon jetzt."
    )

    def __init__(self, *, percent: int) -> None:
        self.percent = percent
        super().__init__(percent=percent)


class IndexBusyError(UnavailableError):
    """Another process of this host builds or writes the index already."""

    message = "Der Suchindex wird gerade von einem anderen Prozess geschrieben. Es läuft nur ein Worker je Rechner."


class IndexSpaceError(UnavailableError):
    """The RAM file system is too small for the index of that many people."""

    message = (
        "Für den Suchindex fehlt Platz im Arbeitsspeicher: %(needed_mb)d MB nötig, %(free_mb)d MB frei. "
        "Vergrößern Sie das RAM-Dateisystem (bei Containern zum Beispiel mit „shm_size“)."
    )

    @classmethod
    def of(cls, *, needed: int, free: int) -> Self:
        """Return the error with bytes as rounded megabytes: needed up, free down."""
        return cls(needed_mb=-(-needed // 1_000_000), free_mb=free // 1_000_000)


class IndexPlaceError(UnavailableError):
    """The folder of the index belongs to somebody else or can be read by others."""

    message = "Der Ordner des Suchindex gehört einem anderen Benutzer oder ist für andere lesbar. Entfernen Sie ihn und starten Sie neu."
