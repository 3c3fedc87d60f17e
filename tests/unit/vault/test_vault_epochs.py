"""A wrapped key opens only as what it was wrapped as."""

from datetime import UTC, datetime

import pytest

from crm.vault import TamperedError
from crm.vault.epochs import EpochKey

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RAW = bytes(range(32))


def epoch_key(number=1, *, installation_id="a" * 32):
    return EpochKey(number, RAW, installation_id=installation_id, leased_at=NOW)


def test_what_was_wrapped_comes_back_under_its_label():
    wrapped = epoch_key().wrap(b"k" * 32, "data key", "1", "subject")

    assert len(wrapped) == 12 + 32 + 16
    assert b"k" * 8 not in wrapped
    assert epoch_key().unwrap(wrapped, "data key", "1", "subject") == b"k" * 32


@pytest.mark.parametrize("label", [(), ("data key", "2", "subject"), ("data key", "1", "other"), ("data key", "1sub", "ject")])
def test_under_another_label_it_is_tampered(label):
    wrapped = epoch_key().wrap(b"k" * 32, "data key", "1", "subject")

    with pytest.raises(TamperedError):
        epoch_key().unwrap(wrapped, *label)


@pytest.mark.parametrize("other", [epoch_key(2), epoch_key(installation_id="b" * 32)])
def test_in_another_epoch_or_installation_it_is_tampered(other):
    wrapped = epoch_key().wrap(b"k" * 32, "data key")

    with pytest.raises(TamperedError):
        other.unwrap(wrapped, "data key")


@pytest.mark.parametrize("length", range(60))
def test_cut_short_it_is_tampered(length):
    wrapped = epoch_key().wrap(b"k" * 32, "data key")

    with pytest.raises(TamperedError):
        epoch_key().unwrap(wrapped[:length], "data key")
