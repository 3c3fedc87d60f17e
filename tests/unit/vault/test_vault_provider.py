"""The file of the epoch keys: for its owner alone, whole or not at all."""

import os

import pytest

from crm.vault import (
    FileKeyProvider,
    KeyFileDamagedError,
    KeyFileExposedError,
    KeyFileMissingError,
    KeyUnavailableError,
    UnknownEpochError,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "epoch.keys"


def test_the_first_epoch_has_a_random_key_of_32_bytes(path, tmp_path):
    provider = FileKeyProvider.create(path)
    other = FileKeyProvider.create(tmp_path / "other.keys")

    assert len(provider.epoch_key(1)) == 32
    assert provider.epoch_key(1) == FileKeyProvider(path).epoch_key(1) != other.epoch_key(1)


def test_only_the_owner_may_read_it_whatever_the_umask(path):
    before = os.umask(0)
    try:
        FileKeyProvider.create(path)
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_else_is_left_beside_it(path):
    FileKeyProvider.create(path)

    assert [each.name for each in path.parent.iterdir()] == ["epoch.keys"]
    assert path.stat().st_nlink == 1


def test_an_existing_file_is_never_replaced(path):
    key = FileKeyProvider.create(path).epoch_key(1)

    with pytest.raises(FileExistsError):
        FileKeyProvider.create(path)

    assert FileKeyProvider(path).epoch_key(1) == key
    assert [each.name for each in path.parent.iterdir()] == ["epoch.keys"]


def test_a_crash_before_the_disk_has_it_leaves_no_key_file(path, monkeypatch):
    def fail(_descriptor):
        raise OSError

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError):
        FileKeyProvider.create(path)

    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644])
def test_wider_permissions_are_refused(path, mode):
    provider = FileKeyProvider.create(path)
    path.chmod(mode)

    with pytest.raises(KeyFileExposedError):
        provider.epoch_key(1)


def test_an_epoch_without_a_key_is_named(path):
    provider = FileKeyProvider.create(path)

    with pytest.raises(UnknownEpochError) as failure:
        provider.epoch_key(2)

    assert "2" in str(failure.value)


@pytest.mark.parametrize(
    "content", [b"", b"something else\n1 00\n", b"lethe epoch keys 1\n1 zz\n", b"lethe epoch keys 1\n1 0011\n", b"\xff\xfe"]
)
def test_a_damaged_file_is_unavailable_and_says_nothing_of_its_content(path, content):
    FileKeyProvider.create(path)
    path.write_bytes(content)

    with pytest.raises(KeyFileDamagedError) as failure:
        FileKeyProvider(path).epoch_key(1)

    assert "zz" not in str(failure.value)
    assert str(path) in str(failure.value)


def test_a_missing_file_is_unavailable_and_is_named(path):
    with pytest.raises(KeyFileMissingError) as failure:
        FileKeyProvider(path).epoch_key(1)

    assert isinstance(failure.value, KeyUnavailableError)
    assert str(path) in str(failure.value)
