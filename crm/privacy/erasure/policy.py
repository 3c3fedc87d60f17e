"""What the controller has set about runs of the Löschkonzept, beside the rules themselves.

Source: Art. 5(1)(e), 24(1) DSGVO.
"""

from dataclasses import dataclass
from functools import cache

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPolicy:
    """When a run asks before it destroys, and what a review of overdue people may decide.

    Attributes:
        people, percent: more due people than the larger of both are unusual.
    """

    standstill_days: int
    tolerance_minutes: int
    people: int
    percent: int
    days_before: int
    longest_keep_months: int


@cache
def run_policy() -> RunPolicy:
    """Return the policy of runs."""
    sections = initial_policy("retention_run")
    return RunPolicy(**sections["guard"], **sections["review"])
