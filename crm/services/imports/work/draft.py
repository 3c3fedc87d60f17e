"""What a row of daily work becomes before it is written, and what that is decided by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from crm.services.imports.fields import RowKind
from crm.services.imports.rows import Reason
from crm.services.tickets.service_hours import ServiceHours
from crm.services.work_rules import WorkRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What drafts are made by.

    Attributes:
        owners: accounts that may own a row of each kind; the owner of the import is given only what they may own.
    """

    rules: WorkRules
    hours: ServiceHours
    owner_id: str | None
    owners: Mapping[RowKind, frozenset[str]]
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def owner_of(self, kind: RowKind) -> str | None:
        return self.owner_id if self.owner_id in self.owners.get(kind, frozenset()) else None

    def start_of(self, day: date) -> datetime:
        """Return the moment at which a day begins, never later than now."""
        return min(datetime.combine(day, time(), self.zone), self.now)


@dataclass(slots=True)
class Draft:
    """Columns of one row.

    Attributes:
        title, text: what is sealed; empty for none.
        refused: why the row cannot be taken.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    text: str = ""
    way: str | None = None
    remarks: list[Reason] = field(default_factory=list)
    refused: Reason | None = None

    def remark(self, reason: Reason) -> None:
        if reason not in self.remarks:
            self.remarks.append(reason)
