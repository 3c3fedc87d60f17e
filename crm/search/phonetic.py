"""Kölner Phonetik: names that sound alike in German get the same digits."""

import re

from crm.search.normalise import fold

_PLAIN = dict.fromkeys("aeijouy", "0") | dict.fromkeys("bp", "1") | dict.fromkeys("dt", "2") | dict.fromkeys("fvw", "3")
_PLAIN |= dict.fromkeys("gkq", "4") | {"l": "5"} | dict.fromkeys("mn", "6") | {"r": "7"} | dict.fromkeys("sz", "8") | {"h": ""}
_HARD_C_AT_START = frozenset("ahkloqrux")
_HARD_C_INSIDE = frozenset("ahkoqux")
_REPEATED = re.compile(r"(.)\1+")
_NOT_LATIN = re.compile(r"[^a-z]")


def cologne(name: str) -> str:
    """Return the code of `name`, "" when it has no Latin letter.

    Source: H. J. Postel, Die Kölner Phonetik, IBM-Nachrichten 19 (1969).
    """
    letters = _NOT_LATIN.sub("", fold(name))
    framed = f" {letters} "
    digits = "".join(_digit(framed[i - 1], framed[i], framed[i + 1]) for i in range(1, len(letters) + 1))
    collapsed = _REPEATED.sub(r"\1", digits)
    return collapsed[:1] + collapsed[1:].replace("0", "")


def _digit(before: str, letter: str, after: str) -> str:
    if letter == "p" and after == "h":
        return "3"
    if letter in "dt" and after in "csz":
        return "8"
    if letter == "x":
        return "8" if before in "ckq" else "48"
    if letter == "c":
        return "4" if _is_hard_c(before, after) else "8"
    return _PLAIN[letter]


def _is_hard_c(before: str, after: str) -> bool:
    if before == " ":
        return after in _HARD_C_AT_START
    return before not in "sz" and after in _HARD_C_INSIDE
