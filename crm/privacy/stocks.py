"""Datenbestände: where in the schema data of people lie, and the one rule that each follows.

A column that no rule reaches would be kept for ever, and one that two rules reach would go on two days.

Source: Art. 5(1)(e) DSGVO; DIN 66398.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from crm.errors import CrmError
from crm.privacy.periods import RetentionRule
from crm.settings import initial_policy


class TwoRulesError(CrmError):
    """One kind of data that two rules claim."""

    message = "Für die Datenart „%(data)s“ gilt schon %(other)s, und %(rule)s noch einmal. Je Datenart gibt es genau eine Löschregel."


class UnknownStockError(CrmError):
    """A rule for data that nobody has described."""

    message = "Die Löschregel %(rule)s nennt den Datenbestand „%(data)s“, den es nicht gibt."


@dataclass(frozen=True, slots=True)
class Stock:
    """One place where data lie (Datenbestand).

    Attributes:
        columns: tables, or single columns that another stock's table does not cover then.
        cases: of which kinds its rows can be; empty: of one.
    """

    code: str
    columns: frozenset[str]
    cases: Mapping[str, Mapping[str, str]]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return what rules name: the stock, or each of its cases."""
        return tuple(f"{self.code}:{case}" for case in self.cases) or (self.code,)


@cache
def find_stocks() -> tuple[Stock, ...]:
    """Return every stock there is."""
    return tuple(Stock(code, frozenset(stock["columns"]), stock.get("cases", {})) for code, stock in initial_policy("stocks").items())


def require_one_rule_each(rules: Iterable[RetentionRule]) -> dict[str, str]:
    """Return by kind of data the code of the rule it follows.

    Raises:
        TwoRulesError, UnknownStockError: names the rule.
    """
    known = {data for each in find_stocks() for data in each.kinds}
    followed: dict[str, str] = {}
    for rule in rules:
        for data in rule.data:
            if data not in known:
                raise UnknownStockError(rule=rule.code, data=data)
            if data in followed:
                raise TwoRulesError(rule=rule.code, data=data, other=followed[data])
            followed[data] = rule.code
    return followed


def find_unruled(rules: Iterable[RetentionRule]) -> list[str]:
    """Return the kinds of data that no rule lets go."""
    followed = Counter(data for rule in rules for data in rule.data)
    return [data for each in find_stocks() for data in each.kinds if not followed[data]]
