"""The words of a copy, in the language of the person (`config/access_texts.toml`).

Source: Art. 12(1) DSGVO.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from crm.settings import initial_policy

_SEALED: Final = "sealed_"
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*\+00:00$")  # as `gathering.plain` writes it


@cache
def access_texts() -> dict[str, Any]:
    """Return all words; read once."""
    return initial_policy("access_texts")


@cache
def _purpose_titles() -> dict[str, dict[str, str]]:
    """Return what purposes were called at first; one that the company has added shows its code."""
    return {code: purpose["title"] for code, purpose in initial_policy("purposes").items()}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str

    def say(self, key: str, **facts: object) -> str:
        """Return the sentence of a key such as `gaps.backups`."""
        found: Any = access_texts()
        for part in key.split("."):
            found = found[part]
        sentence: str = found[self.language]
        return sentence % facts

    def table(self, name: str) -> str:
        """Return what a table is called."""
        return self._title("tables", name)

    def column(self, name: str) -> str:
        """Return what a column or field is called; a custom field of the installation bears its own name."""
        return self._title("columns", name)

    def action(self, code: str) -> str:
        """Return what the log says happened."""
        return self._title("actions", code)

    def value(self, said: object) -> str:
        """Return a value as people read it; a code that has no words stays as it is."""
        if isinstance(said, bool):
            return self.say("yes" if said else "no")
        if isinstance(said, dict):
            return "; ".join(f"{self.column(name)}: {self.value(each)}" for name, each in said.items() if each not in (None, "", [], {}))
        if isinstance(said, list):
            return "; ".join(map(self.value, said))
        if isinstance(said, str) and _MOMENT.match(said):
            return f"{said[:10]} {said[11:16]} UTC"
        return self._title("values", _purpose_titles().get(str(said), {}).get(self.language) or str(said))

    def _title(self, section: str, name: str) -> str:
        titles: dict[str, str] = access_texts()[section].get(name, {})
        return titles.get(self.language, name)


def column_name(column: str) -> str:
    """Return the name of a column in a copy: that it was sealed says nothing to the person."""
    return column.removeprefix(_SEALED)
