"""The sealed value is laid out as vault.md says, and opens only where it was put."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from crm.vault import Padding, Place, TamperedError
from crm.vault.envelope import CompartmentKeys, DataKey, key_version_of, length_prefixed

RAW = bytes(range(32))
PLACE = Place("a" * 32, "profile", "contact", "sealed_email", "b" * 32)
PREFIXED = b"\x00\x20" + b"a" * 32 + b"\x00\x07profile" + b"\x00\x07contact" + b"\x00\x0csealed_email" + b"\x00\x20" + b"b" * 32


@pytest.fixture
def key():
    return DataKey(RAW, version=0x0102, subject_id="a" * 32, compartment="profile")


def test_layout_is_version_algorithm_key_version_nonce_ciphertext_tag(key):
    sealed = key.seal(PLACE, b"anna@example.org", Padding.FIELDS)

    header, nonce, rest = sealed[:4], sealed[4:16], sealed[16:]
    assert header == b"\x01\x01\x01\x02"
    assert len(rest) == 64 + 16
    assert AESGCM(RAW).decrypt(nonce, rest, header + PREFIXED) == b"anna@example.org\x80" + b"\0" * 47


def test_a_value_written_by_hand_to_the_format_opens(key):
    nonce = b"123456789012"
    sealed = b"\x01\x01\x01\x02" + nonce + AESGCM(RAW).encrypt(nonce, b"by hand\x80", b"\x01\x01\x01\x02" + PREFIXED)

    assert key.open(PLACE, sealed) == b"by hand"


def test_the_same_content_never_seals_to_the_same_bytes(key):
    sealed = {key.seal(PLACE, b"same", Padding.FIELDS) for _ in range(1000)}

    assert len({each[4:16] for each in sealed}) == 1000


@given(
    st.text(max_size=40),
    st.sampled_from(["profile", "proof"]),
    st.text(max_size=20),
    st.text(max_size=20),
    st.text(max_size=40),
    st.binary(max_size=9000),
    st.sampled_from(Padding),
)
def test_what_was_sealed_opens_at_its_place(subject_id, compartment, table, column, row_id, content, padding):
    place = Place(subject_id, compartment, table, column, row_id)
    key = DataKey(RAW, version=1, subject_id=subject_id, compartment=compartment)

    assert key.open(place, key.seal(place, content, padding)) == content


@pytest.mark.parametrize("part", ["table", "column", "row_id"])
def test_a_value_moved_elsewhere_is_tampered(key, part):
    sealed = key.seal(PLACE, b"x", Padding.FIELDS)

    with pytest.raises(TamperedError):
        key.open(PLACE._replace(**{part: "elsewhere"}), sealed)


def test_a_value_moved_to_a_person_with_the_same_key_is_tampered(key):
    other = DataKey(RAW, version=0x0102, subject_id="c" * 32, compartment="profile")

    with pytest.raises(TamperedError):
        other.open(PLACE._replace(subject_id="c" * 32), key.seal(PLACE, b"x", Padding.FIELDS))


def test_letters_moved_between_the_parts_of_a_place_are_tampered(key):
    sealed = key.seal(Place("a" * 32, "profile", "ab", "c", "1"), b"x", Padding.FIELDS)

    with pytest.raises(TamperedError):
        key.open(Place("a" * 32, "profile", "a", "bc", "1"), sealed)


def test_every_flipped_bit_is_tampered(key):
    sealed = key.seal(PLACE, b"x", Padding.FIELDS)

    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(TamperedError):
            key.open(PLACE, bytes(changed))


def test_every_truncation_is_tampered(key):
    sealed = key.seal(PLACE, b"x", Padding.FIELDS)

    for length in range(len(sealed)):
        with pytest.raises(TamperedError):
            key.open(PLACE, sealed[:length])


def test_the_failure_carries_no_cause_that_could_hold_contents(key):
    with pytest.raises(TamperedError) as failure:
        key.open(PLACE, key.seal(PLACE, b"x", Padding.FIELDS)[:-1])

    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_a_value_bound_to_a_context_opens_only_beside_it(key):
    sealed = key.seal_bound(b'{"act":"contact:rectified"}', b"old", Padding.TEXT)

    assert key.open_bound(b'{"act":"contact:rectified"}', sealed) == b"old"
    with pytest.raises(TamperedError):
        key.open_bound(b'{"act":"contact:disclosed"}', sealed)


@pytest.mark.parametrize("sealed", [b"", b"\x01\x01\x00\x01", b"\x02\x01\x00\x01" + bytes(60), b"\x01\x02\x00\x01" + bytes(60)])
def test_unknown_formats_are_tampered(sealed):
    with pytest.raises(TamperedError):
        key_version_of(sealed)


def test_the_newest_version_seals_and_each_opens_its_own():
    first, second = (DataKey(bytes([n]) * 32, version=n, subject_id="s", compartment="case") for n in (1, 2))

    keys = CompartmentKeys.of([second, first])

    assert keys.newest is second
    assert keys.by_version == {1: first, 2: second}


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_different_parts_never_give_the_same_bytes(one, other):
    assert (length_prefixed(*one) == length_prefixed(*other)) == (one == other)
