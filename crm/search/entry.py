"""How one document becomes rows of the index."""

import zlib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from crm.search.document import IndexDocument, SearchGroup
from crm.search.normalise import fold, marked, phone_digits, searchable, words
from crm.search.phonetic import cologne
from crm.search.schema import GROUPS

# E-mail addresses and phone numbers are nearly all different: a dictionary of them corrects nothing.
DICTIONARY_GROUPS = tuple(GROUPS.index(group) for group in (SearchGroup.IDENTITY, SearchGroup.COMPANY, SearchGroup.ADDRESS))
MIN_WORD = 4  # letters
_KEY = 16  # bytes of a pseudonym


class Entry(NamedTuple):
    """The rows of one person; `bodies` in the order of `GROUPS`."""

    subject: bytes
    name: str
    activity: int
    purposes: int
    company: str | None
    owner: str | None
    segment: str | None
    state: str | None
    likeness: int | None
    bodies: tuple[str, ...]


class Speller:
    """Turns documents into entries and remembers how names that repeat are spelled.

    One per build or batch, so that no name outlives it in the memory of the process.
    """

    def __init__(self) -> None:
        self._body = cache(_spelled)
        self._fold = cache(fold)
        self._sound = cache(cologne)

    def entry(self, document: IndexDocument) -> Entry:
        """Return the rows of `document`."""
        return Entry(
            subject=as_key(document.subject_id),
            name=self.sort_name(document.first_name, document.last_name),
            activity=document.last_activity,
            purposes=document.purposes,
            company=document.company_id,
            owner=document.owner_id,
            segment=document.segment,
            state=document.state,
            likeness=self.likeness(document.first_name, document.last_name, document.postal_code),
            bodies=(
                self._body(document.first_name) + self._body(document.last_name),
                self._body(document.company_name),
                "".join(map(self._address, document.emails)),
                self._body(document.postal_code) + self._body(document.city),
                "".join(f" {digits}" for digits in map(phone_digits, document.phones) if digits),
                "".join(_marked(purposes, text) for purposes, text in document.custom),
            ),
        )

    def _address(self, email: str) -> str:
        local, _, domain = email.rpartition("@")
        return _spelled(local) + self._body(domain)

    def sort_name(self, first_name: str, last_name: str) -> str:
        """Return what a list of names is sorted by."""
        return f"{self._fold(last_name)} {self._fold(first_name)}".strip()

    def likeness(self, first_name: str, last_name: str, postal_code: str) -> int | None:
        """Return a number that people share whose names sound alike and who live in the same postcode area."""
        sound, place = self._sound(last_name), self._fold(postal_code)
        if not (sound and place):
            return None
        return zlib.crc32(f"{sound} {self._sound(first_name)} {place}".encode())


def as_key(subject_id: str) -> bytes:
    """Return a pseudonym as the index stores it."""
    key = bytes.fromhex(subject_id)
    if len(key) != _KEY:
        raise ValueError("a pseudonym has 32 hex digits")
    return key


def dictionary_words(bodies: Sequence[str], grp: int) -> set[str]:
    """Return the words of a person that a group gives to the dictionary."""
    return set(bodies[grp].split())


def is_correctable(word: str) -> bool:
    """Say whether typing errors are corrected to `word`; shorter ones resemble too many others."""
    return len(word) >= MIN_WORD and word.isalpha()


def _marked(purposes: int, text: str) -> str:
    """Return the words of a text, each once for each purpose of the bit set."""
    bits = [1 << place for place in range(purposes.bit_length()) if purposes >> place & 1]
    return "".join(f" {marked(word, bit)}" for word in _spelled(text).split() for bit in bits)


def _spelled(text: str) -> str:
    return "".join(map(searchable, words(text)))
