"""What comes to the door: one person with origin, purposes and what is known of them; and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.privacy.objection import Objection
from crm.privacy.purposes import Channel, Purpose
from crm.search.exact import exact_email, exact_phone


class Notice(StrEnum):
    """What the person knows about the processing."""

    GIVEN = "given"  # told at collection (Art. 13)
    DUE = "due"  # collected from elsewhere: has to be told within a month (Art. 14(3))
    EARLIER = "earlier"  # told when the controller's previous system collected the data


class Refusal(StrEnum):
    """Why a person is not taken in."""

    SUPPRESSED = "suppressed"
    ERASED_BEFORE = "erased_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKey:
    """The record of another system that a person comes from."""

    system: str
    record_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """One person to be taken in.

    Attributes:
        origin: where the data came from, in words (Art. 14(2)(f)).
        collected_at: when the data were first collected; from the source when they come from another system.
        last_contact_at: last contact in substance; starts the period of RET-01.
        told_at: when they were told, where that was before they are taken in.
        is_prospect: no customer is behind the person (yet).
    """

    fields: Mapping[str, str]
    purposes: Sequence[Purpose]
    origin: str
    notice: Notice
    collected_at: datetime
    last_contact_at: datetime
    told_at: datetime | None = None
    is_prospect: bool = False
    company_id: str | None = None
    owner_id: str | None = None
    segment: str | None = None
    source: SourceKey | None = None
    objections: Sequence[Objection] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one person: an id, or the reason why not."""

    subject_id: str | None
    refused: Refusal | None = None
    marketing_blocked: bool = False


def normal_addresses(fields: Mapping[str, str]) -> list[tuple[Channel, str, str]]:
    """Return (channel, field, normalised address) of the e-mail addresses and phone numbers among the fields."""
    found = []
    for name, channel in (("email", Channel.EMAIL), ("phone", Channel.PHONE), ("mobile", Channel.PHONE)):
        if value := fields.get(name):
            address = exact_email(value) if channel is Channel.EMAIL else exact_phone(value)
            if address:
                found.append((channel, name, address))
    return found
