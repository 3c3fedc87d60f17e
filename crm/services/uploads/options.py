"""How a file is to be read: where its columns go and on which terms, as the wizard keeps it sealed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm.services.imports.columns import make_column_map
from crm.services.imports.fields import RowKind
from crm.services.imports.policy import import_policy
from crm.services.imports.spreadsheet import CsvMapping
from crm.services.imports.terms import Migration
from crm.services.uploads.errors import NothingAssignedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What somebody chose for a file.

    Attributes:
        targets: where the column at a place goes, counted from 0; a place that is missing goes nowhere.
        origin: origin of people whose row does not say its own; empty for unknown.
        system: name of the other system that record numbers belong to; empty for those of this list alone.
    """

    targets: Mapping[int, str] = field(default_factory=dict)
    migration: Migration = Migration.OWN
    prospects: bool = False
    origin: str = ""
    system: str = ""

    def encode(self) -> bytes:
        """Return the options as bytes, to be sealed."""
        facts = {"migration": self.migration.value, "prospects": self.prospects, "origin": self.origin, "system": self.system}
        return json.dumps({**facts, "targets": {str(place): target for place, target in self.targets.items()}}).encode()


def decode(content: bytes) -> Options:
    """Return what `Options.encode` was given."""
    facts = json.loads(content)
    targets = {int(place): target for place, target in facts.pop("targets").items()}
    return Options(**{**facts, "migration": Migration(facts["migration"])}, targets=targets)


def mapping_of(options: Options, header: Sequence[str], kind: RowKind) -> CsvMapping:
    """Return the mapping that a file with this header is read by.

    Raises:
        NothingAssignedError: no column goes anywhere.
        ForbiddenColumnError, UnknownFieldError, FieldTwiceError: what is wrong with where they go.
    """
    targets = {header[place]: target for place, target in options.targets.items() if place < len(header) and header[place]}
    if not targets:
        raise NothingAssignedError(field="columns")
    return CsvMapping(
        columns=make_column_map(kind, targets, never=import_policy().never),
        system=options.system or None,
        origin=options.origin or None,
        prospects=options.prospects,
    )
