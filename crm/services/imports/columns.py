"""Which column of a file goes where. Found by header, whatever its case or place; the rest is dropped and counted."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from crm.models.field_groups import FieldGroup
from crm.privacy.custom_fields import CustomField, is_custom
from crm.services.imports.errors import FieldTwiceError, ForbiddenColumnError, UnknownFieldError
from crm.services.imports.fields import REPEATABLE, TARGETS, RowKind, group_of, is_target
from crm.services.imports.table import Record
from crm.services.imports.values import clean_id

# By these people are known: an objection or a suppression of an address holds whatever the import wants of it.
_COMPARED: Final = frozenset({"email", "phone", "mobile"})


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Columns by name and where they go.

    Attributes:
        targets: by header as written in the mapping.
    """

    kind: RowKind
    targets: Mapping[str, str]

    @property
    def id_header(self) -> str:
        """The header of the column with the ids of the other system."""
        return next((header for header, target in self.targets.items() if target == "id"), "id")


def make_column_map(kind: RowKind, targets: Mapping[str, str], *, never: Collection[str]) -> ColumnMap:
    """Return the map when every part of it is allowed.

    Args:
        never: regular expressions on headers that no mapping can bring in.

    Raises:
        ForbiddenColumnError, UnknownFieldError, FieldTwiceError: what is wrong with it.
    """
    filled: set[str] = set()
    for header, target in targets.items():
        if is_forbidden(header, never):
            raise ForbiddenColumnError(column=header)
        if not is_target(kind, target):
            raise UnknownFieldError(column=header, known=", ".join(sorted(TARGETS[kind])))
        if target in filled and target not in REPEATABLE:
            raise FieldTwiceError(target=target)
        filled.add(target)
    return ColumnMap(kind, dict(targets))


def is_forbidden(header: str, never: Collection[str]) -> bool:
    """Return whether columns of this name can never be imported."""
    return any(re.search(pattern, header.strip().casefold()) for pattern in never)


@dataclass(slots=True)
class Binding:
    """A column map laid on the header of one file.

    Attributes:
        places: by target, the columns that fill it.
        dropped: columns nobody takes, by place.
        compared: by target, those of them with addresses: compared with whom we know, and never kept.
    """

    places: dict[str, tuple[int, ...]] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)
    compared: dict[str, int] = field(default_factory=dict)

    def cell(self, record: Record, target: str) -> str:
        """Return the cell of this target; empty when the file has no such column."""
        places = self.places.get(target)
        return record.cells[places[0]] if places else ""

    def compared_cell(self, record: Record, target: str) -> str:
        """Return the cell of this target, also where the purpose does not open it; only to compare it."""
        place = self.compared.get(target)
        return self.cell(record, target) if place is None else record.cells[place]

    def count_dropped(self, record: Record, counts: Counter[str]) -> None:
        """Count the values that are left behind, by name and never by value."""
        for place, name in self.dropped.items():
            cell = record.cells[place]
            if cell and (not cell.startswith("0000") or clean_id(cell)):
                counts[name] += 1


def bind(columns: ColumnMap, header: list[str], *, groups: Collection[FieldGroup], custom: Collection[CustomField] = ()) -> Binding:
    """Lay the map on a header.

    Args:
        groups: field groups the purpose of the import opens; columns of others are dropped (Datensparsamkeit).
        custom: custom fields that it opens; of those that are retired, and of others, columns are dropped too.

    Source: Art. 5(1)(b), (c) DSGVO.
    """
    wanted = {name.casefold(): target for name, target in columns.targets.items()}
    filled = {each.name for each in custom if not each.is_retired}
    binding = Binding()
    for place, name in enumerate(header):
        target = wanted.get(name.casefold())
        group = group_of(columns.kind, target) if target else None
        if target is None or (group and group not in groups) or (is_custom(target) and target not in filled):
            binding.dropped[place] = name
            if target in _COMPARED:
                binding.compared.setdefault(target, place)
        else:
            binding.places[target] = (*binding.places.get(target, ()), place)
    return binding
