"""Everything one import reads, validated as a whole."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from crm.services.imports.companies import CompanyReader
from crm.services.imports.fields import WORK, RowKind
from crm.services.imports.people import PersonReader
from crm.services.imports.policy import ImportPolicy
from crm.services.imports.rows import Row
from crm.services.imports.source_file import SourceFile
from crm.services.imports.survey import Survey
from crm.services.imports.work.reading import WorkReader

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Files, and what only the whole of them tells.

    Attributes:
        system: name of the other system; record ids are unique within it.
        now: moment of reading; nothing of the export can have happened later.
        ignored: other files of the folder, which this version does not read.
    """

    system: str
    files: Sequence[SourceFile]
    survey: Survey
    policy: ImportPolicy
    now: datetime
    ignored: Sequence[str] = ()

    @property
    def fingerprint(self) -> str:
        """Return the hash over all files and how they are read: another import of the same export has the same."""
        listed = "\n".join(file.identity for file in self.files)
        return hashlib.sha256(f"{self.system}\n{listed}".encode()).hexdigest()

    def rows(self, file: SourceFile, *, zone: ZoneInfo = _UTC) -> Iterator[Row]:
        """Return what the rows of a file say, in their order.

        Args:
            zone: the controller's, in which the days of daily work begin and end.
        """
        if file.kind is RowKind.COMPANY:
            return map(CompanyReader(file, policy=self.policy, survey=self.survey, now=self.now).read, file.table.records())
        if file.kind is RowKind.PERSON:
            return map(PersonReader(file, policy=self.policy, survey=self.survey, now=self.now).read, file.table.records())
        if file.kind in WORK:
            return map(WorkReader(file, zone=zone).read, file.table.records())
        return iter(self.survey.beside.get(file.name, ()))

    def require_unchanged(self) -> None:
        """Refuse when a file is no longer what was validated; call it before the first write.

        Raises:
            FileChangedError: names the file.
        """
        for file in self.files:
            file.table.snapshot.require_unchanged()
