"""Where epoch keys come from: never a database, never a backup of the data."""

import os
import secrets
from pathlib import Path
from typing import Protocol

from crm.vault.envelope import KEY_BYTES
from crm.vault.errors import KeyFileDamagedError, KeyFileExposedError, KeyFileMissingError, UnknownEpochError
from crm.vault.schema import FIRST_EPOCH

_TITLE = "lethe epoch keys 1"
_ONLY_OWNER = 0o600
_OTHERS = 0o077


class KeyProvider(Protocol):
    """Gives epoch keys away; asked at start-up, at a new epoch and when a lease has ended."""

    def epoch_key(self, epoch: int) -> bytes:
        """Return the 32 bytes of this epoch's key.

        Raises:
            KeyUnavailableError: the provider cannot be reached or does not know the epoch.
        """
        ...


class FileKeyProvider:
    """Epoch keys in a file of their own: a title, then one line per epoch with its number and the key in hex."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def create(cls, path: Path) -> "FileKeyProvider":
        """Make the file with the key of the first epoch.

        It appears under its name only when all of it is on the disk; what is there already is never replaced.

        Raises:
            FileExistsError: there is a key file; overwriting it would erase everybody.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        _write_durably(unfinished, f"{_TITLE}\n{FIRST_EPOCH} {secrets.token_hex(KEY_BYTES)}\n".encode())
        try:
            path.hardlink_to(unfinished)
        finally:
            unfinished.unlink()
        _sync_folder(path.parent)
        return cls(path)

    def epoch_key(self, epoch: int) -> bytes:
        """Return the key of this epoch; the file is read each time, so a file taken away is noticed."""
        for line in self._lines():
            number, _, key = line.partition(" ")
            if number == str(epoch):
                return self._key_of(key)
        raise UnknownEpochError(epoch=epoch)

    def _lines(self) -> list[str]:
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise KeyFileExposedError
                title, *lines = file.read().decode("ascii").splitlines() or [""]
        except OSError as error:
            raise KeyFileMissingError(file=self._path) from error
        except UnicodeDecodeError:
            # The cause is left out: it could carry part of a key.
            raise KeyFileDamagedError(file=self._path) from None
        if title != _TITLE:
            raise KeyFileDamagedError(file=self._path)
        return lines

    def _key_of(self, text: str) -> bytes:
        try:
            key = bytes.fromhex(text)
        except ValueError:
            # The cause is left out: it could carry part of the key.
            raise KeyFileDamagedError(file=self._path) from None
        if len(key) != KEY_BYTES:
            raise KeyFileDamagedError(file=self._path)
        return key


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
