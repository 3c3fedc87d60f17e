"""Rough numbers of people: how many a campaign reaches, so that work can be planned and nobody is told from two of them.

Groups are made by hand: put one person more into a group, count it again, and the difference says whether that person may be reached.
Rounding alone only moves the place where the difference shows. So each number is shifted by chance before it is rounded, as the
Cell-Key-Methode of official statistics does: the chance hangs on who is counted and on a secret of the installation, so the same
people give the same number however often they are counted, and one person more or less gives another chance.

Source: Art. 5(1)(c), 25(1) DSGVO; rules.md 3.13.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from math import exp, floor, log
from typing import Final

from sqlalchemy.orm import Session

from crm.services import work_rules
from crm.vault import Vault

# How much more often one person at most lets a number appear than without them, as a natural logarithm: about a fifth. The shift is
# five people on average; of four hundred numbers, one is shifted by more than thirty.
SENSITIVITY: Final = 0.2
_TENS: Final = 10
_SECRET: Final = "rough_numbers"  # noqa: S105 - the name under which the vault keeps it
_HALF: Final = 8  # bytes of one draw


def find_rough(session: Session, number: int, *, about: Iterable[str]) -> int | None:
    """Return a number of people in whole tens; None where it is below the smallest cell, nought included.

    Args:
        about: what tells these people from all others, such as their pseudonyms.
    """
    shifted = number + _shift(Vault.of(session).secret(_SECRET), about)
    least = work_rules.find(session).min_cell
    return None if shifted < least else max(_TENS * floor(shifted / _TENS + 0.5), least)


def _shift(secret: bytes, about: Iterable[str]) -> int:
    """Return a whole number that may be any, small ones more often: the difference of two geometric draws."""
    drawn = hmac.new(secret, "\0".join(about).encode(), sha256).digest()
    return _geometric(drawn[:_HALF]) - _geometric(drawn[_HALF : 2 * _HALF])


def _geometric(drawn: bytes) -> int:
    uniform = (int.from_bytes(drawn) + 1) / (256**_HALF + 1)
    return floor(log(uniform) / log(exp(-SENSITIVITY)))
