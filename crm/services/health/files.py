"""Who may read the files of the installation, and do keys and data lie apart?"""

import stat
from collections.abc import Iterator
from pathlib import Path

from crm.db import file_of
from crm.services.health.findings import Finding, State
from crm.settings import Settings

_OTHERS = 0o077


class KeyFileMissing(Finding):
    """Without the epoch keys nobody is readable."""

    check = "key_files"
    state = State.WRONG
    message = (
        "Die Schlüsseldatei %(file)s fehlt: Ohne sie ist keine Person lesbar. "
        "Holen Sie sie aus der Schlüsselsicherung, oder berichtigen Sie LETHE_KEY_FILE (key_file)."
    )


class FileExposed(Finding):
    """Others on the machine may read a file."""

    check = "key_files"
    state = State.WRONG
    message = "%(file)s ist für andere lesbar (%(mode)s). Ändern Sie das mit: chmod go= %(file)s"


class FilesPrivate(Finding):
    """Only the owner reads keys and data."""

    check = "key_files"
    state = State.OK
    message = "Schlüssel, Schlüsselspeicher und Datenordner sind nur für den Eigentümer lesbar."


class KeysBesideData(Finding):
    """A copy of the volume holds both, so destroying a key does not reach it."""

    check = "volumes"
    state = State.HINT
    message = "Schlüssel und Daten liegen auf demselben Datenträger: Ein Abbild davon enthält beides. Legen Sie key_file auf einen anderen."


class HighWaterBesideData(Finding):
    """A database that is rolled back together with this file is not noticed."""

    check = "volumes"
    state = State.HINT
    message = "Der Höchststand des Protokolls liegt beim Protokoll: Werden beide zurückgesetzt, merkt es niemand (high_water_file)."


class VolumesApart(Finding):
    """Keys, high-water mark and data lie on different volumes."""

    check = "volumes"
    state = State.OK
    message = "Schlüssel, Höchststand des Protokolls und Daten liegen auf verschiedenen Datenträgern."


def examine_files(settings: Settings) -> Iterator[Finding]:
    """Look at permissions and volumes."""
    yield from _examine_permissions(settings)
    yield from _examine_volumes(settings)


def _examine_permissions(settings: Settings) -> Iterator[Finding]:
    wrong: list[Finding] = []
    if not settings.epoch_keys.exists():
        wrong.append(KeyFileMissing(file=settings.epoch_keys))
    for file in _private_files(settings):
        mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0
        if mode & _OTHERS:
            wrong.append(FileExposed(file=file, mode=f"{mode:04o}"))
    yield from wrong or [FilesPrivate()]


def _private_files(settings: Settings) -> list[Path]:
    files = [settings.data_dir, settings.data_dir / "lethe.toml", settings.epoch_keys]
    for url in (settings.database, settings.keystore):
        if file := file_of(url):
            files += [file.with_name(f"{file.name}{ending}") for ending in ("", "-wal", "-shm")]
    return files


def _examine_volumes(settings: Settings) -> Iterator[Finding]:
    data = file_of(settings.database) or settings.data_dir
    hints: list[Finding] = []
    if _volume(settings.epoch_keys) == _volume(data):
        hints.append(KeysBesideData())
    if _volume(settings.high_water) == _volume(data):
        hints.append(HighWaterBesideData())
    yield from hints or [VolumesApart()]


def _volume(path: Path) -> int:
    """Return the device of a path, or of the nearest folder above it that exists."""
    nearest = next(each for each in (path, *path.absolute().parents) if each.exists())
    return nearest.stat().st_dev
