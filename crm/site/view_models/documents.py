"""Kept documents on pages."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document: its title leads to the file.

    Attributes:
        person_url: where the documents of its person are; None where the page is that one.
        erased: the person is forgotten, only the document is left.
    """

    title: str
    url: str
    kind: str
    issued_on: date
    keep_until: date
    person_url: str | None
    erased: bool
