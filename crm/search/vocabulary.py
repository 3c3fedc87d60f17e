"""The distinct words of the index, to correct typing errors."""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from crm.search.document import SearchGroup
from crm.search.entry import MIN_WORD
from crm.search.normalise import bare
from crm.search.schema import GROUPS

_CANDIDATES = 8
_LONG = 6  # letters from which on two errors are forgiven


class Vocabulary:
    """A copy of the dictionary in the memory of a reader, brought up to date before each use.

    Words are kept by group, so that a correction never comes from a group the purpose may not see; and by their first
    and by their last letter, because hardly any error changes both, and comparing with all words takes five times as long.
    """

    def __init__(self) -> None:
        self._buckets: dict[tuple[int, int, str], dict[int, str]] = defaultdict(dict)
        self._using = threading.Lock()
        self._newest = 0
        self._gone = 0

    def sync(self, connection: sqlite3.Connection) -> None:
        """Take in words that are new and forget those that are gone."""
        with self._using:
            self._take_in(connection)

    def _take_in(self, connection: sqlite3.Connection) -> None:
        for seq, number in connection.execute("SELECT seq, word FROM word_gone WHERE seq > ?", (self._gone,)):
            for bucket in self._buckets.values():
                bucket.pop(number, None)
            self._gone = max(self._gone, seq)
        for number, grp, word in connection.execute("SELECT id, grp, word FROM word WHERE id > ?", (self._newest,)):
            for end in _ends(word):
                self._buckets[grp, len(word), end][number] = word
            self._newest = max(self._newest, number)

    def nearest(self, word: str, *, groups: Iterable[SearchGroup]) -> Iterator[list[str]]:
        """Give similar words of these groups in tiers, the most similar tier first; the word itself is none."""
        if len(word) < MIN_WORD or not word.isalpha():
            return
        numbers = [GROUPS.index(group) for group in groups]
        known = {bare(word)}
        for tolerance in range(1, 3 if len(word) >= _LONG else 2):
            with self._using:
                found = sorted(self._within(tolerance, word, numbers))
            tier = [similar for _, similar in found if bare(similar) not in known]
            known.update(bare(similar) for similar in tier)
            yield list(dict.fromkeys(tier))[:_CANDIDATES]

    def _within(self, tolerance: int, word: str, groups: Iterable[int]) -> Iterator[tuple[int, str]]:
        for grp in groups:
            for length in range(len(word) - tolerance, len(word) + tolerance + 1):
                for end in _ends(word):
                    if bucket := self._buckets.get((grp, length, end)):
                        hits = extract(word, bucket, scorer=OSA.distance, score_cutoff=tolerance, limit=_CANDIDATES)
                        yield from ((int(distance), found) for found, distance, _ in hits)


def _ends(word: str) -> tuple[str, str]:
    return f"{word[0]}-", f"-{word[-1]}"
