"""What an import did, or would do, by file and row; never a value."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crm.services.imports.decided import Decided
from crm.services.imports.export import Export
from crm.services.imports.fields import RowKind
from crm.services.imports.rows import Reason, Verdict

_TOLD_BY: Final = {
    Reason.ALREADY_IMPORTED: Verdict.SKIPPED,
    Reason.ERASED_BEFORE: Verdict.REFUSED,
    Reason.SUPPRESSED: Verdict.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a row, or a value of it, was not taken; the header is row 1."""

    row: int
    reason: Reason


@dataclass(slots=True)
class FileReport:
    """Numbers and remarks of one file."""

    name: str
    kind: RowKind
    counts: Counter[Verdict] = field(default_factory=Counter)
    overdue: int = 0
    remarks: list[Remark] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.counts.total()

    @property
    def people(self) -> Counter[Verdict]:
        """Return the numbers of the rows that are people; of a list of companies those are the sole traders.

        What became of a sole trader is told by the remarks of the row: only the numbers of whole files are stored.
        """
        if self.kind is not RowKind.COMPANY:
            return self.counts if self.kind is RowKind.PERSON else Counter()
        told = {remark.row: _TOLD_BY[remark.reason] for remark in self.remarks if remark.reason in _TOLD_BY}
        return Counter(told.get(remark.row, Verdict.CREATED) for remark in self.remarks if remark.reason is Reason.SOLE_TRADER)

    def add(self, rows: Iterable[Decided]) -> None:
        """Count what became of rows."""
        for each in rows:
            self.counts[each.verdict] += 1
            self.overdue += each.overdue
            self.remarks += [Remark(each.row, reason) for reason in each.reasons]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole import.

    Attributes:
        dropped_fields: values that were left behind because no purpose needs them, by name of the column.
        unfit_fields: values that do not fit the custom field their column goes to, by name of the column.
        ignored: files of the folder that this version does not read.
    """

    files: tuple[FileReport, ...]
    dropped_fields: Mapping[str, int]
    ignored: tuple[str, ...] = ()
    unfit_fields: Mapping[str, int] = field(default_factory=dict)

    @property
    def overdue(self) -> int:
        """Return how many people came in restricted, because their time is up."""
        return sum(file.overdue for file in self.files)

    @property
    def people(self) -> Counter[Verdict]:
        """Return the numbers of the people of all files."""
        return sum((file.people for file in self.files), Counter[Verdict]())

    def as_json(self, *, translate: Callable[[str], str]) -> dict[str, Any]:
        """Return the report in the form that `--json` prints; read = created + merged + refused + skipped.

        Args:
            translate: brings a sentence into the reader's language: a reason is for people, and the row tells machines which.
        """
        return {
            "files": {
                file.name: {
                    **_numbers(file.counts),
                    "reasons": [{"row": remark.row, "reason": translate(remark.reason.value)} for remark in file.remarks],
                }
                for file in self.files
            },
            "people": _numbers(self.people),
            "dropped_fields": dict(self.dropped_fields),
            "unfit_fields": dict(self.unfit_fields),
            "overdue": self.overdue,
        }


def _numbers(counts: Counter[Verdict]) -> dict[str, int]:
    return {"read": counts.total(), **{verdict.value: counts[verdict] for verdict in Verdict}}


def empty_report(export: Export) -> Report:
    """Return a report in which no row is decided yet."""
    files = tuple(FileReport(file.name, file.kind) for file in export.files)
    return Report(files, export.survey.dropped_fields(), tuple(export.ignored), dict(sorted(export.survey.unfit.items())))
