"""What is decided about each kind of data: erase, keep restricted, refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from crm.privacy.requests.facts import DataKind, ErasureGround, KeepGround, Refusal


class Verdict(StrEnum):
    """What becomes of one kind of data."""

    ERASE = "erase"
    KEEP = "keep"  # restricted, until a day (Art. 17(3), 18)
    REFUSE = "refuse"  # Art. 17(3), 12(5), or no ground of Art. 17(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of a decision.

    Attributes:
        ground: why it has to be erased; set with the verdict `erase`.
        keep: why it is kept; set with the verdict `keep`, with `source` and `until`.
        refusal: what it is refused on; set with the verdict `refuse`.
        breaks_duty: it is erased though a statute still demands to keep it.
        reason: what the decision says; the answer repeats it where something is kept or refused.
    """

    kind: DataKind
    verdict: Verdict
    ground: ErasureGround | None = None
    keep: KeepGround | None = None
    source: str = ""
    until: date | None = None
    refusal: Refusal | None = None
    breaks_duty: bool = False
    reason: str = ""

    def as_stored(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "ground": self.ground,
            "keep": self.keep,
            "source": self.source,
            "until": self.until.isoformat() if self.until else None,
            "refusal": self.refusal,
            "breaks_duty": self.breaks_duty,
            "reason": self.reason,
        }


def stored_choices(decision: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return the choices of a decision as they were stored; none while nothing is decided."""
    return tuple(map(_stored_choice, decision.get("choices", ())))


def _stored_choice(content: Mapping[str, Any]) -> Choice:
    """Return a choice as `as_stored` wrote it; earlier versions wrote neither ground nor breach."""
    return Choice(
        kind=DataKind(content["kind"]),
        verdict=Verdict(content["verdict"]),
        ground=ErasureGround(content["ground"]) if content.get("ground") else None,
        keep=KeepGround(content["keep"]) if content["keep"] else None,
        source=content["source"],
        until=date.fromisoformat(content["until"]) if content["until"] else None,
        refusal=Refusal(content["refusal"]) if content["refusal"] else None,
        breaks_duty=content.get("breaks_duty", False),
        reason=content["reason"],
    )


# What the coordinator may choose besides the proposal; evidence and the file of the case itself are no matter of choice.
OPEN_TO_CHOICE: Final[Mapping[DataKind, frozenset[Verdict]]] = {
    DataKind.PROFILE: frozenset(Verdict),
    DataKind.NOTES: frozenset({Verdict.ERASE, Verdict.REFUSE}),
    DataKind.VOUCHERS: frozenset({Verdict.ERASE, Verdict.KEEP}),
    DataKind.LETTERS: frozenset({Verdict.ERASE, Verdict.KEEP}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody chose for one kind of data, as a form sends it; facts, and a ground that is not named, come from the proposal."""

    verdict: Verdict
    ground: ErasureGround | None = None
    refusal: Refusal | None = None
    reason: str = ""
