"""The bundle of the log as a download: made on the RAM disk, offered to the person who asked for it, then thrown away.

It holds pseudonyms and sealed details, so it does not belong onto a disk where nothing would ever erase it.
"""

import errno
import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.clock import Clock, from_micros, micros
from crm.db import Database, new_id
from crm.errors import UnavailableError
from crm.ledger import Sealer
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.search.place import IndexPlace
from crm.search.ram_folder import RamFolder
from crm.services import ledger_reading

OFFERED_FOR: Final = timedelta(minutes=15)
_PART: Final = 256 * 1024
_QUICKLY: Final = 1  # the best compression takes eight times as long and saves a tenth
_ONLY_OWNER: Final = 0o600 << 16


class NoRoomForBundleError(UnavailableError):
    """The RAM disk is too small for the whole log."""

    message = "Für das ganze Protokoll reicht der Arbeitsspeicher nicht. Geben Sie es auf dem Server mit `lethe log export` aus."


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that can be fetched; `size` is the number of sealed entries in it."""

    folder: Path
    made_at: datetime
    size: int

    @property
    def ends_at(self) -> datetime:
        return self.made_at + OFFERED_FOR


def folder_of(place: IndexPlace, data_dir: Path) -> Path:
    """Return where bundles are made: beside the search index in RAM, else with the files of running processes."""
    return place.folder / "bundles" if isinstance(place, RamFolder) else data_dir / "run" / "bundles"


def make(database: Database, *, folder: Path, sealer: Sealer, actor: Actor, clock: Clock) -> None:
    """Make the bundle of this moment for one person; takes the place of the one that person had.

    Raises:
        NothingSealedError: the log has no checkpoint yet, and another process is about to make the first.
        NoRoomForBundleError: the whole log is larger than the RAM disk.
    """
    made_at = clock.now()
    discard_expired(folder, now=made_at)
    earlier = _folders(folder, actor)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f"{actor.pseudonym}-{micros(made_at)}-{new_id()[:8]}"
    fresh.mkdir(mode=0o700)
    try:
        ledger_reading.export_log(database, sealer=sealer, folder=fresh, actor=actor, clock=clock)
    except OSError as error:
        _discard([fresh])
        if error.errno == errno.ENOSPC:
            raise NoRoomForBundleError from error
        raise
    except BaseException:
        _discard([fresh])
        raise
    _discard(earlier)


def find(folder: Path, *, actor: Actor, now: datetime) -> Bundle | None:
    """Return the bundle that this person can fetch; throws away what nobody can any more."""
    discard_expired(folder, now=now)
    complete = [each for each in _folders(folder, actor) if (each / "checkpoint").exists()]
    if not complete:
        return None
    newest = max(complete, key=_made_at)
    size = int((newest / "checkpoint").read_text(encoding="utf-8").splitlines()[1])
    return Bundle(newest, _made_at(newest), size)


def enter_download(session: Session, bundle: Bundle, *, actor: Actor, now: datetime) -> None:
    """Enter that a bundle is fetched; making it was entered before, and is in it."""
    audit.record(session, Action.LOG_READ, actor=actor, now=now, count=bundle.size, kind="bundle")


def discard_expired(folder: Path, *, now: datetime) -> None:
    """Throw away bundles whose time is over, and those that a crash left unfinished."""
    _discard([each for each in folder.glob("*-*-*") if _made_at(each) + OFFERED_FOR <= now])


def read_as_zip(bundle: Bundle) -> Iterator[bytes]:
    """Yield the bundle as a ZIP file, a part at a time: it exists nowhere as a whole."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICKLY) as archive:
        for file in sorted(path for path in bundle.folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(bundle.folder).as_posix(), bundle.made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _ONLY_OWNER
            with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while part := source.read(_PART):
                    target.write(part)
                    if ready := sink.take():
                        yield ready
    yield sink.take()


class _Sink(io.RawIOBase):
    """Takes what the ZIP writer writes until it is sent on; cannot go back, so the writer does not try."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]  # any buffer, as the writer hands it over
        self._parts.append(bytes(content))
        return len(content)

    def take(self) -> bytes:
        content = b"".join(self._parts)
        self._parts.clear()
        return content


def _folders(folder: Path, actor: Actor) -> list[Path]:
    return list(folder.glob(f"{actor.pseudonym}-*-*"))


def _made_at(folder: Path) -> datetime:
    return from_micros(int(folder.name.split("-")[-2]))


def _discard(folders: list[Path]) -> None:
    for each in folders:
        shutil.rmtree(each, ignore_errors=True)
