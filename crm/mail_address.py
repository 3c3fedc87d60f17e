"""What no e-mail address of ours looks like, wherever it comes from: forms, imports, requests, settings.

A word like `=?utf-8?q?…?=` is decoded where mail is written and read (RFC 2047), so that one address stands for another one,
or for two; and each spelling of it would count as an address of its own.

Source: RFC 2047, 5; RFC 5321, 4.1.3, 4.5.3.1.1.
"""

import re
from typing import Final

_LONGEST_LOCAL: Final = 64  # octets
_ENCODED_WORD: Final = re.compile(r"=\?.*\?=", re.DOTALL)
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)


def is_possible(local: str, domain: str) -> bool:
    """Say whether mail can go to this address and to no other; its finer shape is not asked here.

    A last label that is a number makes the domain the number of a machine: no name ends so.
    """
    # The length first: the time of the pattern grows with its square.
    if len(local.encode(errors="replace")) > _LONGEST_LOCAL or _ENCODED_WORD.search(local):
        return False
    last = domain.rstrip(".").rpartition(".")[2]
    return not domain.startswith("[") and _NUMBER.fullmatch(last) is None
