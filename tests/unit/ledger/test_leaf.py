import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.ledger.leaf import MAX_LEAF, canonical, essentials, parse

FIELDS = {
    "v": 1,
    "id": "0" * 32,
    "t": 1_790_000_000_000_000,
    "w": "w1",
    "n": 7,
    "a": "cli:0",
    "act": "person:disclosed",
    "f": ["identity", "email"],
    "sub": "5" * 32,
}


def test_a_leaf_has_sorted_keys_and_no_spaces():
    assert canonical({"b": 1, "a": "ü", "c": ["x"]}) == '{"a":"ü","b":1,"c":["x"]}'.encode()


def test_the_format_of_version_one_never_changes():
    assert canonical(FIELDS).decode() == (
        '{"a":"cli:0","act":"person:disclosed","f":["identity","email"],"id":"00000000000000000000000000000000",'
        '"n":7,"sub":"55555555555555555555555555555555","t":1790000000000000,"v":1,"w":"w1"}'
    )


@pytest.mark.parametrize(
    "leaf",
    [
        json.dumps(FIELDS).encode(),  # spaces, unsorted
        canonical(FIELDS) + b" ",
        canonical(FIELDS).replace(b'"n":7', b'"n":07'),
        canonical(FIELDS).replace(b'"n":7', b'"n":7.0'),
        canonical(FIELDS).replace(b'"n":7', b'"n":true'),
        canonical(FIELDS).replace(b'"n":7', b'"n":-0'),
        canonical(FIELDS).replace(b'"n":7', b'"n":NaN'),
        canonical(FIELDS).replace(b'"n":7', b'"n":7,"n":7'),
        canonical(FIELDS).replace(b"cli:0", b"cli\\u003a0"),
        canonical(FIELDS).replace(b"cli:0", b"cli:\xff"),
        canonical(FIELDS).replace(b'["identity","email"]', b'["identity",1]'),
        canonical({**FIELDS, "new": "x"}),
        canonical({name: value for name, value in FIELDS.items() if name != "act"}),
        canonical({**FIELDS, "a": "x" * MAX_LEAF}),
        b"[" * 60_000,
        b"[]",
        b"",
    ],
)
def test_another_form_is_refused(leaf):
    with pytest.raises(ValueError):
        parse(leaf)
    with pytest.raises(ValueError):
        essentials(leaf)


@given(
    st.fixed_dictionaries(
        {**{name: st.just(value) for name, value in FIELDS.items()}, "n": st.integers(), "t": st.integers(), "a": st.text()},
        optional={"pur": st.text(), "res": st.text(), "ph": st.text(), "cnt": st.integers(), "vh": st.lists(st.text())},
    )
)
def test_the_quick_reading_says_what_the_thorough_one_says(fields):
    try:
        leaf = canonical(fields)
    except UnicodeEncodeError:
        return

    found = essentials(leaf)

    assert {name: value for name, value in found._asdict().items() if value is not None} == {
        name: value for name, value in parse(leaf).items() if name in found._fields
    }
