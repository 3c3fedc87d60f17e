"""The limits of exports as data: `config/exports.toml`."""

from dataclasses import dataclass
from functools import cache

from crm.settings import initial_policy


@dataclass(frozen=True, slots=True)
class ExportPolicy:
    """How many rows one person may take out alone, and how many nobody may exceed."""

    alone: int
    most: int
    keep_record_days: int


@cache
def export_policy() -> ExportPolicy:
    """Return the limits as they were shipped or configured."""
    return ExportPolicy(**initial_policy("exports"))
