"""Hinweis für Beschäftigte: what the ledger records about staff, why and for how long; confirmed before first use.

Source: Art. 5(1)(a), 13 DSGVO; § 26 BDSG; § 87(1) Nr. 6 BetrVG; SDM, Baustein 43 „Protokollieren".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the notice with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffNotice:
    """One version of the notice in all languages."""

    version: str
    sections: dict[str, tuple[Section, ...]]

    def in_language(self, language: str) -> Sequence[Section]:
        """Return the notice in `language`, or in German."""
        return self.sections.get(language, self.sections["de"])


@dataclass(frozen=True, slots=True)
class Period:
    """How long entries of one log class are kept; exactly one of the three numbers is set."""

    log_class: str
    days: int | None = None
    months: int | None = None
    years_after_year_end: int | None = None


@cache
def current() -> StaffNotice:
    """Return the version in force; a new version is confirmed anew by everybody."""
    policy: dict[str, Any] = initial_policy("staff_notice")
    sections = {
        language: tuple(Section(section["heading"], tuple(section["paragraphs"])) for section in policy[language]["section"])
        for language in ("de", "en")
    }
    return StaffNotice(version=policy["version"], sections=sections)


@cache
def periods() -> Sequence[Period]:
    """Return how long entries are kept, read from the rule that the daily run applies, so that the notice cannot say otherwise."""
    classes: dict[str, dict[str, Any]] = initial_policy("log_classes")
    return [Period(name, rule.get("days"), rule.get("months"), rule.get("years_after_year_end")) for name, rule in sorted(classes.items())]
