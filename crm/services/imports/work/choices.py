"""Words of other systems as values that Lethe chooses from lists."""

from collections.abc import Mapping
from typing import Final

from crm.services.imports.policy import import_policy
from crm.services.work_rules import LOST, WON, Choice, WorkRules

_CERTAIN: Final = 100


def choose(text: str, choices: Mapping[str, Choice], *, words: str) -> str | None:
    """Return the code that a word means: by the list of words, as the code itself, or as its title; None for no such value.

    Args:
        words: name of the list of words in `config/imports.toml`.
    """
    word = text.casefold()
    code = import_policy().values[words].get(word, word)
    if code in choices:
        return code
    return next((each.code for each in choices.values() if word in {title.casefold() for title in each.title.values()}), None)


def translate(text: str, *, words: str) -> str | None:
    """Return what the list of words says for a word; None where it says nothing."""
    return import_policy().values[words].get(text.casefold())


def choose_stage(rules: WorkRules, text: str, *, is_closed: bool, is_won: bool) -> tuple[str, bool]:
    """Return the stage of a deal, and whether its word was known; what has ended ends here too."""
    found = choose(text, rules.stages, words="stages")
    if found and (rules.stages[found].ends or not is_closed):
        return found, True
    if is_closed:
        return (WON if is_won else LOST), bool(found)
    return next(iter(rules.stages)), False


def probability_of(rules: WorkRules, stage: str, wanted: int | None) -> int:
    """Return how likely a deal is: what was set, or what its stage says; one that ended is certain."""
    said = rules.stages[stage].probability
    return said if wanted is None or rules.stages[stage].ends else min(wanted, _CERTAIN)
