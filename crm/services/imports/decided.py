"""What became of a row, for counting and for the report."""

from dataclasses import dataclass

from crm.services.imports.rows import LeftOut, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Decided:
    """A row with its verdict; `overdue` people are restricted and wait for a decision."""

    row: int
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    overdue: bool = False


def decided(left_out: LeftOut) -> Decided:
    """Return the verdict of a row that its file alone has decided."""
    return Decided(left_out.row, left_out.verdict, (left_out.reason,) if left_out.reason else ())
