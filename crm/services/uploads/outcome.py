"""What a dry run or an import of an upload said: numbers, reasons and rows, or why it stopped; never a value."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.errors import CrmError
from crm.services.imports.report import Report
from crm.services.imports.rows import Reason, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A report as the pages show it.

    Attributes:
        rows: rows by reason, in the order of the file; the header is row 1.
        dropped: columns that were left behind, with the number of their values.
        unfit: columns with values that do not fit their custom field, with the number of these.
        failure: the German sentence of an error; `facts` are those for it.
    """

    counts: Mapping[Verdict, int] = field(default_factory=dict)
    overdue: int = 0
    rows: Mapping[Reason, Sequence[int]] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    unfit: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the outcome as bytes, to be sealed."""
        said: dict[str, Any] = {"overdue": self.overdue, "dropped": dict(self.dropped), "failure": self.failure, "facts": dict(self.facts)}
        said["unfit"] = dict(self.unfit)
        said["counts"] = {verdict.value: number for verdict, number in self.counts.items()}
        said["rows"] = {reason.name: list(rows) for reason, rows in self.rows.items()}
        return json.dumps(said, default=str).encode()


def decode(content: bytes) -> Outcome:
    """Return what `Outcome.encode` was given."""
    said = json.loads(content)
    counts = {Verdict(name): number for name, number in said.pop("counts").items()}
    rows = {Reason[name]: numbers for name, numbers in said.pop("rows").items()}
    return Outcome(counts=counts, rows=rows, **said)


def of_report(report: Report) -> Outcome:
    """Return what the report of one file says."""
    (file,) = report.files
    rows: dict[Reason, list[int]] = {}
    for remark in file.remarks:
        rows.setdefault(remark.reason, []).append(remark.row)
    counts = {verdict: file.counts[verdict] for verdict in Verdict}
    return Outcome(counts=counts, overdue=report.overdue, rows=rows, dropped=report.dropped_fields, unfit=report.unfit_fields)


def of_error(error: CrmError) -> Outcome:
    """Return why it stopped."""
    return Outcome(failure=error.message, facts=error.facts)
