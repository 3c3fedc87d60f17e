"""Typing errors: correct the word, then search the corrected words."""

from collections.abc import Collection, Sequence

from crm.search.hits import Asked
from crm.search.query import Place
from crm.search.selection import Selection
from crm.search.vocabulary import Vocabulary


class Correction:
    """What a question may have meant.

    The dictionary knows the words of everybody, so a similar word counts only when somebody has it who may be
    seen for the purpose of the question; otherwise the hint would tell that such a person exists.
    """

    def __init__(self, selection: Selection, vocabulary: Vocabulary) -> None:
        self._selection = selection
        self._vocabulary = vocabulary

    def of(self, asked: Sequence[str], doubtful: Collection[str]) -> tuple[tuple[Place, ...], tuple[str, ...]]:
        """Return what to search when the `doubtful` of the `asked` words are corrected, and the words put in.

        Nothing of both when nothing is similar.
        """
        places: list[Place] = []
        put: dict[str, None] = {}
        for word in asked:
            similar = self._similar(word) if word in doubtful else []
            place = (word, *similar) if self._is_seen(word) else tuple(similar)
            if not place:
                return (), ()
            places.append(place)
            put |= dict.fromkeys(similar)
        return (tuple(places), tuple(put)) if put else ((), ())

    def _similar(self, word: str) -> list[str]:
        for tier in self._vocabulary.nearest(word, groups=self._selection.groups):
            if seen := [similar for similar in tier if self._is_seen(similar)]:
                return seen
        return []

    def _is_seen(self, word: str) -> bool:
        return Asked.of(self._selection, [(word,)]).exists()
