"""What the index knows of one person."""

from dataclasses import dataclass
from enum import StrEnum


class SearchGroup(StrEnum):
    """The groups a text search can be limited to, named like the field groups they come from."""

    IDENTITY = "identity"
    COMPANY = "company"
    EMAIL = "email"
    ADDRESS = "address"
    PHONE = "phone"
    CUSTOM = "custom"  # each word once for each purpose that may see it, so that no other purpose meets it


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDocument:
    """One person as lists and search need them, opened by the caller; it never leaves RAM.

    Attributes:
        subject_id: the pseudonym, 32 hex digits.
        purposes: bit set; a person is found only for purposes whose bit is set. 0: for none.
        last_activity: any whole number that grows with time, such as seconds since 1970.
        custom: texts with the purposes that may find somebody by them, as a bit set.
    """

    subject_id: str
    purposes: int
    last_activity: int
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    custom: tuple[tuple[int, str], ...] = ()
    company_id: str | None = None
    owner_id: str | None = None
    segment: str | None = None
    state: str | None = None
