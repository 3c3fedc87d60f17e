"""Which documents are kept is known when a decision is carried out: between deciding and erasing others are filed, and some expire.

Source: Art. 5(1)(a), 12(1), 17(3)(b) DSGVO.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crm.privacy.requests.choices import Choice, Verdict
from crm.privacy.requests.proposal import DOCUMENTS


def with_documents_left(choices: Sequence[Choice], left: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return what was decided, with the documents that are kept as they are.

    Args:
        left: the kinds of documents that are there once the others are erased, with what the rules say about them.
    """
    return tuple(_with_documents_left(choices, {each.kind: each for each in left}))


def _with_documents_left(choices: Sequence[Choice], left: dict[str, Choice]) -> Iterator[Choice]:
    for each in choices:
        if each.kind not in DOCUMENTS or each.verdict is not Verdict.KEEP:
            yield each
        elif each.kind in left:
            yield _longer(each, left.pop(each.kind))
    yield from (each for each in left.values() if each.verdict is Verdict.KEEP)


def _longer(decided: Choice, now: Choice) -> Choice:
    """Return how documents are kept as decided; one that was filed since may have to be kept for longer."""
    days = [each.until for each in (decided, now) if each.until]
    return replace(decided, until=max(days, default=None))
