"""One file of an export whose header was understood."""

from dataclasses import dataclass

from crm.privacy.custom_fields import CustomField
from crm.services.imports.columns import Binding
from crm.services.imports.fields import RowKind
from crm.services.imports.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file with its columns bound to targets.

    Attributes:
        prospects: everybody in it is a prospect (leads).
        origin: origin of records that do not say their own; None: it is unknown.
        custom: custom fields that the purpose of the import opens.
    """

    name: str
    kind: RowKind
    table: Table
    binding: Binding
    id_column: str
    prospects: bool = False
    origin: str | None = None
    custom: tuple[CustomField, ...] = ()

    @property
    def has_ids(self) -> bool:
        return "id" in self.binding.places

    @property
    def identity(self) -> str:
        """Return what makes this file the same as another: its bytes, and where its columns go."""
        places = sorted(self.binding.places.items())
        return f"{self.name.casefold()} {self.table.snapshot.digest} {places} {self.prospects} {self.origin}"

    def id_of_row(self, row: int) -> str:
        """Return an id for a row of a file without ids: the same row of the same file has the same again."""
        return f"{self.table.snapshot.digest[:32]}:{row}"
