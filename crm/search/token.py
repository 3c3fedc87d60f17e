"""Tokens of pages: where the next or the previous page begins.

A token is part of addresses and logs, so it holds no sort key, which would be a name, but pseudonyms of the
rows at the edge: the outermost first, and its neighbours, in case it is erased before the next click. It is
not secret and needs no signature: a row is only accepted as an edge if the purpose of the *new* question may
see it, so a token made by hand tells nothing that the list does not.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence

from crm.errors import InvalidInputError
from crm.search.query import Sort

EDGE = 3  # rows named in a token
_KEY = 16  # bytes of a pseudonym
_CHECKSUM = 4
_SORTS = tuple(Sort)


def make_token(sort: Sort, edge: Sequence[bytes]) -> str:
    """Return the token for a page that begins beyond the first of `edge`."""
    content = bytes([_SORTS.index(sort)]) + b"".join(edge[:EDGE])
    return base64.urlsafe_b64encode(content + zlib.crc32(content).to_bytes(_CHECKSUM)).decode().rstrip("=")


def read_token(token: str, *, sort: Sort, field: str) -> list[bytes]:
    """Return the rows at the edge that `token` names.

    Raises:
        InvalidInputError: it is damaged, or belongs to a list in another order.
    """
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(field=field) from error
    keys = [raw[at : at + _KEY] for at in range(1, len(raw) - _CHECKSUM, _KEY)]
    if not keys or make_token(sort, keys) != token:
        raise InvalidInputError(field=field)
    return keys
