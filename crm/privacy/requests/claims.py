"""What is decided about a claim: a request for restriction or rectification, or an objection for reasons of one's own.

Source: Art. 12(4)-(6), 16, 18(1), 21(1) DSGVO.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from crm.models.request_case import CaseKind
from crm.privacy.restriction import RestrictionReason


class ClaimVerdict(StrEnum):
    """How a claim ends; keys of `config/claim_letter_texts.toml`."""

    GRANTED = "granted"
    IN_PART = "in_part"
    REFUSED = "refused"


class ClaimRefusal(StrEnum):
    """What a claim is refused on; `[refusals]`."""

    NOT_IDENTIFIED = "not_identified"  # Art. 12(6)
    UNFOUNDED = "unfounded"  # Art. 12(5)(b)
    NO_CASE = "no_case"  # none of Art. 18(1)
    ACCURATE = "accurate"  # what we have is right (Art. 16)
    OTHER_BASIS = "other_basis"  # nothing rests on Art. 6(1)(e) or (f), so that there is nothing to object to
    COMPELLING = "compelling"  # Art. 21(1) sentence 2, first half
    CLAIMS = "claims"  # Art. 21(1) sentence 2, second half


REFUSALS: Final[Mapping[CaseKind, tuple[ClaimRefusal, ...]]] = {
    CaseKind.RESTRICTION: (ClaimRefusal.NO_CASE, ClaimRefusal.NOT_IDENTIFIED, ClaimRefusal.UNFOUNDED),
    CaseKind.RECTIFICATION: (ClaimRefusal.ACCURATE, ClaimRefusal.NOT_IDENTIFIED, ClaimRefusal.UNFOUNDED),
    CaseKind.USE_OBJECTION: (
        ClaimRefusal.COMPELLING,
        ClaimRefusal.CLAIMS,
        ClaimRefusal.OTHER_BASIS,
        ClaimRefusal.NOT_IDENTIFIED,
        ClaimRefusal.UNFOUNDED,
    ),
}
# What an objection is refused on after weighing both sides; the others need no weighing.
WEIGHED: Final = frozenset({ClaimRefusal.COMPELLING, ClaimRefusal.CLAIMS})

# The cases of Art. 18(1), letters (a) to (d).
GROUNDS: Final = (
    RestrictionReason.ACCURACY_CONTESTED,
    RestrictionReason.UNLAWFUL,
    RestrictionReason.LEGAL_CLAIMS,
    RestrictionReason.OBJECTION_PENDING,
)
GROUND: Final = "ground"  # the word of a request for restriction that says which of them the person names
RIGHT: Final = "right-"  # begins the words of a request for rectification that say what is right, by field


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of a rectification.

    Attributes:
        old: what we had.
        new: what the person says is right.
        reason: why we do not take it over; empty: we have.
    """

    field: str
    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a claim was decided.

    Attributes:
        ground: the case of Art. 18(1), or the `ClaimRefusal`.
        reason: what the person is told of why; empty where we follow.
        weighing: what speaks for the person; it stays with the decision.
        purposes: codes of the purposes that have ended with an objection.
        kept: codes of those that go on.
    """

    verdict: ClaimVerdict
    ground: str = ""
    reason: str = ""
    weighing: str = ""
    purposes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()

    def as_stored(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "ground": self.ground,
            "reason": self.reason,
            "weighing": self.weighing,
            "purposes": list(self.purposes),
            "kept": list(self.kept),
            "lines": [{"field": each.field, "old": each.old, "new": each.new, "reason": each.reason} for each in self.lines],
        }


def stored_settlement(content: Mapping[str, Any] | None) -> Settled | None:
    """Return what was decided as `as_stored` wrote it; None while nothing is."""
    if not content:
        return None
    return Settled(
        verdict=ClaimVerdict(content["verdict"]),
        ground=content["ground"],
        reason=content["reason"],
        weighing=content["weighing"],
        purposes=tuple(content["purposes"]),
        kept=tuple(content["kept"]),
        lines=tuple(Line(**each) for each in content["lines"]),
    )
