"""Finds readable words in files, as somebody would who has the disk: whatever their case, and however they were written down.

It runs in a process of its own: closing a file takes away the locks that SQLite holds on it in the same process.
"""

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from quopri import encodestring
from typing import Final
from urllib.parse import quote

_UNFOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_BARE: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})
_SHORTEST: Final = 8  # characters of base64; fewer are met by chance in a file of random bytes


def find_residue(words: Collection[str], folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Return (word, file) for each word that a file in these folders still holds."""
    order = json.dumps({"words": list(words), "folders": [str(folder) for folder in folders]})
    command = [sys.executable, "-m", "tests.support.residue"]
    found = subprocess.run(command, input=order, capture_output=True, text=True, timeout=120, check=True)
    return [(word, file) for word, file in json.loads(found.stdout)]


def forms_of(word: str) -> frozenset[bytes]:
    """Return how a word can stand in a file, in lower case as far as ASCII goes; what is beyond keeps its case there."""
    spellings = {word.lower(), word.lower().translate(_UNFOLDED), word.lower().translate(_BARE)}
    forms = {form for spelling in spellings for form in _as_text(spelling)}
    written = {each for spelling in (*spellings, word, word.capitalize()) for each in (spelling.encode(), spelling.encode("utf-16-le"))}
    return frozenset(forms | {form.lower() for content in written for form in _as_base64(content)})


def _as_text(word: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
        yield word.encode(encoding)
    yield word.encode().hex().encode()
    yield json.dumps(word)[1:-1].encode()
    yield quote(word).lower().encode()
    yield encodestring(word.encode()).lower()


def _as_base64(content: bytes) -> Iterator[bytes]:
    """Return what is the same in base64 whatever stands before and after, for each of the three places it can begin at."""
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(content)) * 8 // 6
        core = b64encode(b"\0" * before + content + b"\0" * 3)[first:last]
        if len(core) >= _SHORTEST:
            yield core


def _search(words: Iterable[str], folders: Iterable[str]) -> list[tuple[str, str]]:
    wanted = {word: forms_of(word) for word in words}
    known: dict[bytes, list[str]] = {}
    files = [file for folder in folders for file in Path(folder).rglob("*") if file.is_file()]
    return [(word, str(file)) for file in files for word in _held(file, wanted, known)]


def _held(file: Path, wanted: dict[str, frozenset[bytes]], known: dict[bytes, list[str]]) -> list[str]:
    """Return the words in a file; each content is read through once, because databases on a server share hundreds of files."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return []  # it went while we looked
    digest = sha256(content).digest()
    if digest not in known:
        lower = content.lower()
        known[digest] = [word for word, forms in wanted.items() if any(form in lower for form in forms)]
    return known[digest]


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump(_search(asked["words"], asked["folders"]), sys.stdout)
