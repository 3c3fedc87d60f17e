"""Finds readable words in files, as somebody would who has the disk: whatever their case, as UTF-8 and as UTF-16.

It runs in a process of its own: closing a file takes away the locks that SQLite holds on it in the same process.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Iterable
from pathlib import Path


def find_residue(words: Collection[str], folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Return (word, file) for each word that a file in these folders still holds."""
    order = json.dumps({"words": list(words), "folders": [str(folder) for folder in folders]})
    command = [sys.executable, "-m", "tests.support.residue"]
    found = subprocess.run(command, input=order, capture_output=True, text=True, timeout=120, check=True)
    return [(word, file) for word, file in json.loads(found.stdout)]


def _search(words: Iterable[str], folders: Iterable[str]) -> list[tuple[str, str]]:
    wanted = {word: _as_bytes(word.lower()) for word in words}
    files = [file for folder in folders for file in Path(folder).rglob("*") if file.is_file()]
    return [(word, str(file)) for file in files for word in _held(file, wanted)]


def _as_bytes(word: str) -> tuple[bytes, ...]:
    """Return how a word can stand in a file; what is beyond ASCII keeps its case there, so it is left out of the words."""
    return word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")


def _held(file: Path, wanted: dict[str, tuple[bytes, ...]]) -> list[str]:
    try:
        content = file.read_bytes().lower()
    except FileNotFoundError:
        return []  # it went while we looked
    return [word for word, forms in wanted.items() if any(form in content for form in forms)]


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump(_search(asked["words"], asked["folders"]), sys.stdout)
