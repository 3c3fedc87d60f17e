"""The order in which people here expect names (DIN 5007-1), as bytes that both engines compare alike.

A database sorts text by a collation, and each has its own: SQLite puts "Österreich" after "Z" and "adler" after
"Zeiss", PostgreSQL does whatever its server was set up with. Bytes are compared by value everywhere, so an index and
keyset paging work on them without a word about collations.
"""

import re
import unicodedata
from typing import Final

# Letters that decompose into nothing; ä, ö, ü and every accent lose their marks below.
_LETTERS: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")
_END, _AFTER_END = "\0", "\1"  # of the words
_LONGEST: Final = 1000  # bytes; an index of PostgreSQL takes 2,700, and no two names are alike for so long


def sort_key(name: str) -> bytes:
    """Return what `name` is sorted by: ä as a, ß as ss, capitals and signs ignored, shorter words first.

    Names that differ in nothing else follow each other as they are written, so that the order is the same each time.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)
    words = _BETWEEN_WORDS.sub(" ", bare).strip()
    return f"{words}{_END}{name}".encode()[:_LONGEST]


def alike(name: str) -> tuple[bytes, bytes]:
    """Return the smallest key of names that differ from `name` in capitals, signs and accents alone, and what is above all of them."""
    words, _, _ = sort_key(name).partition(_END.encode())
    return words + _END.encode(), words + _AFTER_END.encode()
