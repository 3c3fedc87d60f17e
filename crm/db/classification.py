"""Does this column hold personal data? Every column answers, mechanisms' tables included.

Export, erasure and the record of processing are computed from these answers, so a column without one fails
the build.
"""

from enum import StrEnum
from typing import Any


class Category(StrEnum):
    """Kinds of personal data a column can hold."""

    CONTENT = "content"  # sealed values: what people told us
    LINK = "link"  # a pseudonym that points to a person
    EVIDENCE = "evidence"  # facts about consent, objection, grounds, notices
    METADATA = "metadata"  # when and by whom a person's data were touched
    STAFF = "staff"  # data of the controller's own employees


class Compartment(StrEnum):
    """What a data key of a person covers; each compartment is forgotten by its own rule."""

    PROFILE = "profile"
    PROOF = "proof"
    CASE = "case"
    RECORD = "record"


NOT_PERSONAL: dict[str, Any] = {"personal": None}


def personal(category: Category, *, compartment: Compartment | None = None) -> dict[str, Any]:
    """Return the `info` of a column that holds personal data of this category."""
    return {"personal": category, "compartment": compartment}
