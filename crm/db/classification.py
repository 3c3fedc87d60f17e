"""Does this column hold personal data? Every column answers, mechanisms' tables included.

Export, erasure and the record of processing are computed from these answers, so a column without one fails
the build. A table whose columns do not decide what an erasure does to it says so itself.
"""

from dataclasses import dataclass
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


class Fate(StrEnum):
    """What becomes of the rows about a person who is erased."""

    GOES = "goes"
    EMPTIED = "emptied"  # the row stays for others or as evidence; what it says of the person goes
    UNLINKED = "unlinked"  # the mechanism that owns the table drops what leads to the person
    STAYS = "stays"


class Kept(StrEnum):
    """Why something stays when a person is erased."""

    EVIDENCE = "evidence"  # that we acted lawfully (Art. 5(2), 7(1), 17(3)(e))
    CASE = "case"  # what the person asked for and was answered (Art. 5(2), 12)
    DOCUMENT = "document"  # a statute demands it (Art. 17(3)(b))
    LOG = "log"  # pseudonyms and field names; the sealed details are dark (Art. 5(2))
    PROTOCOL = "protocol"  # that the pseudonym was erased, so that it is never used again
    PASSING = "passing"  # holds nobody's name and goes by itself within days
    OTHERS = "others"  # rows of others point to it


@dataclass(frozen=True, slots=True)
class Oblivion:
    """What an erasure does to the rows that name the person in `subject_id`.

    Attributes:
        kept: why something stays.
        columns: emptied besides the sealed ones of the profile.
        unless: a column and a value; rows with it stay.
    """

    fate: Fate
    kept: Kept | None = None
    columns: tuple[str, ...] = ()
    unless: tuple[str, str] | None = None


def goes(*, unless: tuple[str, str] | None = None, kept: Kept | None = None) -> dict[str, Any]:
    """Return the `info` of a table whose rows go with the person, but for some."""
    return {"forgets": Oblivion(Fate.GOES, kept, unless=unless)}


def emptied(*columns: str, kept: Kept) -> dict[str, Any]:
    """Return the `info` of a table whose rows stay without what they say of the person."""
    return {"forgets": Oblivion(Fate.EMPTIED, kept, columns)}


def unlinked(kept: Kept) -> dict[str, Any]:
    """Return the `info` of a table from which its own mechanism drops the person."""
    return {"forgets": Oblivion(Fate.UNLINKED, kept)}


def stays(kept: Kept) -> dict[str, Any]:
    """Return the `info` of a table whose rows stay when the person goes."""
    return {"forgets": Oblivion(Fate.STAYS, kept)}
