import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInputError
from crm.search.query import Sort
from crm.search.token import make_token, read_token

ROWS = [bytes([number]) * 16 for number in range(5)]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_a_token_names_the_rows_at_the_edge(sort, length):
    token = make_token(sort, ROWS[:length])

    assert read_token(token, sort=sort, field="after") == ROWS[: min(length, 3)]


def test_a_token_of_another_order_is_refused():
    token = make_token(Sort.NAME, ROWS)

    with pytest.raises(InvalidInputError) as error:
        read_token(token, sort=Sort.NAME_DESCENDING, field="after")

    assert error.value.field == "after"


@given(st.integers(0, 70), st.characters(codec="utf-8"))
def test_a_token_with_one_sign_changed_is_refused(at, sign):
    token = make_token(Sort.NAME, ROWS)
    changed = token[:at] + sign + token[at + 1 :]

    if changed != token:
        with pytest.raises(InvalidInputError):
            read_token(changed, sort=Sort.NAME, field="after")


@given(st.one_of(st.text(), st.binary().map(lambda raw: raw.hex())))
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidInputError):
        read_token(text, sort=Sort.NAME, field="before")
