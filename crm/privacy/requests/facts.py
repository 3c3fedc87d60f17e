"""What an answer to a request tells: facts that the case gathers, and that the letter puts into sentences."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DataKind(StrEnum):
    """Data as the letter names them; `config/letter_texts.toml` has their words, `[kinds]`."""

    PROFILE = "profile"  # name, addresses, telephone, position, custom fields
    NOTES = "notes"
    WORK = "work"  # tickets, things to do, titles of deals, files, what campaigns reached them, copies of invoices
    CONSENTS = "consents"  # evidence of consents and notices
    VOUCHERS = "vouchers"
    LETTERS = "letters"
    CASE_FILE = "case_file"  # of this request


class ErasureGround(StrEnum):
    """Why data have to be erased, by paragraph and letter as a purpose names its basis; `[grounds]`.

    Source: Art. 17(1) DSGVO.
    """

    NOT_NEEDED = "17-1-a"
    WITHDRAWN = "17-1-b"  # a consent
    OBJECTED = "17-1-c"
    UNLAWFUL = "17-1-d"
    LEGAL_DUTY = "17-1-e"
    CHILD = "17-1-f"


class KeepGround(StrEnum):
    """Why data are kept, restricted, beyond an erasure; `[keeping]`."""

    RETENTION_DUTY = "retention_duty"  # Art. 17(3)(b)
    ACCOUNTABILITY = "accountability"  # Art. 5(2), 17(3)(b): that we answered, or were allowed to
    LEGAL_CLAIMS = "legal_claims"  # Art. 17(3)(e)
    TAX_AUDIT = "tax_audit"  # a hold: the period does not end while the authority examines (Art. 17(3)(b), § 147(3) AO)
    LITIGATION = "litigation"  # a hold: a claim is brought or defended (Art. 17(3)(e))


class Refusal(StrEnum):
    """What an erasure is refused on; `[refusals]`.

    Source: Art. 17(1), 17(3), 12(5), 12(6) DSGVO.
    """

    EXPRESSION = "expression"  # Art. 17(3)(a)
    LEGAL_DUTY = "legal_duty"  # Art. 17(3)(b)
    PUBLIC_HEALTH = "public_health"  # Art. 17(3)(c)
    ARCHIVING = "archiving"  # Art. 17(3)(d)
    LEGAL_CLAIMS = "legal_claims"  # Art. 17(3)(e)
    STILL_NEEDED = "still_needed"  # no ground of Art. 17(1)
    UNFOUNDED = "unfounded"  # Art. 12(5)(b)
    NOT_IDENTIFIED = "not_identified"  # Art. 12(6)


class StopReason(StrEnum):
    """Why nothing is erased after all."""

    CHANGED_MIND = "changed_mind"  # the person wishes so
    IMPOSTOR = "impostor"  # somebody else had asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Data that went, and why; decisions of earlier versions name no ground.

    Attributes:
        key_destroyed: the key of these data is gone, and copies go dark with it; else only rows were deleted, and copies
            stay readable until the backups expire.
    """

    kind: DataKind
    ground: ErasureGround | None
    key_destroyed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Data that stay until a day; restricted where the profile is erased or kept.

    Attributes:
        source: the statute, as the rule of the Löschkonzept names it.
        reason: what the decision says besides, in the language of the answer; empty where it follows the proposal.
    """

    kind: DataKind
    ground: KeepGround
    source: str
    until: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Data that are not erased, and why; the reason is what the decision says, in the language of the answer."""

    kind: DataKind
    ground: Refusal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """Everything that the answer to a request for erasure rests on.

    Args:
        number: of the case.
        language: `de` or `en`.
        name_lines: the name as it stands on an envelope.
        addressed_as: the name in the greeting; empty: as on the envelope.
        address_lines: street, postcode and town, country; none: the answer goes by mail alone.
        executed_on: the day the data were destroyed, by this case or before; none: nothing was.
        erased: what this case destroyed, each with its ground.
        suppression_stays: an entry keeps advertising away from the address.
        nothing_held: there was nothing about this person.
        people: how many entries of people the case is about; the letter counts them, since names could tell one about another.
        stopped: why nothing is erased after all.
        objection_taken_back: the request came with an objection to advertising, and both from somebody else.
        controller: name of the controller.
        controller_address: street, postcode and town in one line; none: not set.
        contact: e-mail address for data protection requests.
        authority: name and address of the supervisory authority; none: the letter names the right in general.
    """

    number: str
    language: str
    name_lines: tuple[str, ...]
    address_lines: tuple[str, ...] | None
    received_on: date
    written_on: date
    executed_on: date | None
    erased: tuple[Erased, ...]
    kept: tuple[Kept, ...]
    refused: tuple[Refused, ...]
    suppression_stays: bool
    nothing_held: bool
    people: int = 1
    stopped: StopReason | None = None
    objection_taken_back: bool = False
    addressed_as: str = ""
    controller: str
    controller_address: str | None
    contact: str | None
    authority: str | None
