"""Bounds of what one import takes, so that no file can use up the memory of the machine."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what; see `config/imports.toml`."""

    file_bytes: int
    record_bytes: int
    cell_characters: int
    rows: int

    @classmethod
    def parse(cls, rule: dict[str, Any]) -> "Limits":
        return cls(
            file_bytes=rule["file_megabytes"] * 1_000_000,
            record_bytes=rule["record_kilobytes"] * 1_000,
            cell_characters=rule["cell_characters"],
            rows=rule["rows"],
        )
