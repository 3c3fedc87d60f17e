"""Passwords: what is accepted, how they are hashed.

Length counts, composition does not: rules about digits and signs make people choose what is guessed first.

Source: NIST SP 800-63B-4, 3.1.1; OWASP ASVS 5.0, V6.2.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm.services.accounts.errors import PasswordTooCommonError, PasswordTooLongError, PasswordTooShortError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 128
# What must remain of a password once words are taken away that an attacker tries first.
_LEAST_OWN_CHARACTERS = 8
_LEAST_DIFFERENT_CHARACTERS = 5
_LEAST_WORD = 4
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertzuiopüasdfghjklöäyxcvbnm", "qwertyuiopasdfghjklzxcvbnm")
_LEAST_RUN = 4
# Without letters and digits that are easily taken for another, because people type it from a slip of paper.
_START_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()


def require_acceptable(password: str, *, context: Iterable[str] = ()) -> None:
    """Refuse a new password that is too short, too long, or guessed among the first.

    Args:
        context: words an attacker knows: name, address, organisation.

    Raises:
        PasswordTooShortError, PasswordTooLongError, PasswordTooCommonError: one sentence each.
    """
    plain = _normalised(password)
    if len(plain) < LEAST_CHARACTERS:
        raise PasswordTooShortError(field="password", least=LEAST_CHARACTERS)
    if len(plain) > MOST_CHARACTERS:
        raise PasswordTooLongError(field="password", most=MOST_CHARACTERS)
    if _own_part(plain.casefold(), context) < _LEAST_OWN_CHARACTERS or len(set(plain)) < _LEAST_DIFFERENT_CHARACTERS:
        raise PasswordTooCommonError(field="password")


def _own_part(plain: str, context: Iterable[str]) -> int:
    """Count the characters that belong neither to a known word nor to a run on the keyboard."""
    known = set(_common_words())
    for text in context:
        known.update(word for word in re.split(r"\W+", text.casefold()) if len(word) >= _LEAST_WORD)
    for word in sorted(known, key=len, reverse=True):
        plain = plain.replace(word, "")
    for run in _RUNS:
        plain = _without_run(_without_run(plain, run), run[::-1])
    return len(plain)


def _without_run(plain: str, run: str) -> str:
    """Take away every stretch of at least four characters that stands in `run`."""
    start = 0
    while start < len(plain):
        length = 0
        while start + length < len(plain) and plain[start : start + length + 1] in run:
            length += 1
        if length >= _LEAST_RUN:
            plain = plain[:start] + plain[start + length :]
        else:
            start += 1
    return plain


@cache
def _common_words() -> frozenset[str]:
    """Read the bundled list; it is short, because length and context words do most of the work."""
    text = files("crm.services.accounts").joinpath("common_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def make_start_password() -> str:
    """Return a random password of about 99 bits for somebody else's first sign-in."""
    groups = ("".join(secrets.choice(_START_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """Return the argon2id hash; parameters are those of RFC 9106 for 64 MiB."""
    return _hasher.hash(_normalised(password))


def matches(password_hash: str, password: str) -> bool:
    """Say whether `password` belongs to the hash; over-long input is cut down, so that it costs no more than any other."""
    try:
        return _hasher.verify(password_hash, _normalised(password)[: MOST_CHARACTERS + 1])
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Say whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def nobodys_hash() -> str:
    """Return a hash no password belongs to; unknown addresses are checked against it, so that they cost the same."""
    return hash_password(secrets.token_urlsafe(32))


def _normalised(password: str) -> str:
    """Return the password as the same characters on every keyboard and system."""
    return unicodedata.normalize("NFKC", password)
