"""Padding hides lengths and always comes off again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.vault import Padding
from crm.vault.padding import pad, unpad


@given(st.binary(max_size=20_000), st.sampled_from(Padding))
def test_whatever_was_padded_comes_back(content, padding):
    padded = pad(content, padding)

    assert unpad(padded) == content
    assert len(padded) > len(content)


@pytest.mark.parametrize(("length", "size"), [(0, 64), (63, 64), (64, 128), (127, 128), (128, 192), (5000, 5056)])
def test_fields_grow_in_steps_of_64_bytes(length, size):
    assert len(pad(b"x" * length, Padding.FIELDS)) == size


@pytest.mark.parametrize(
    ("length", "size"),
    [(0, 64), (63, 64), (64, 128), (128, 256), (2047, 2048), (2048, 4096), (4095, 4096), (4096, 8192), (8191, 8192), (8192, 12_288)],
)
def test_texts_grow_to_powers_of_two_and_then_in_steps_of_4_kib(length, size):
    assert len(pad(b"x" * length, Padding.TEXT)) == size


@pytest.mark.parametrize("content", [b"\x80", b"\x80\x00", b"\x00" * 63, b"a\x80\x00\x00"])
def test_contents_that_look_like_padding_are_kept(content):
    assert unpad(pad(content, Padding.FIELDS)) == content


@pytest.mark.parametrize("padded", [b"", b"\x00" * 64, b"a" + b"\x00" * 63])
def test_bytes_without_the_mark_are_refused(padded):
    with pytest.raises(ValueError, match="mark"):
        unpad(padded)
