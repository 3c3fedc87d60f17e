"""A CSV file of a spreadsheet, with a mapping that says which column is what."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crm.models.field_groups import FieldGroup
from crm.privacy.custom_fields import CustomField
from crm.services.imports.columns import ColumnMap, bind, make_column_map
from crm.services.imports.dialect import DELIMITERS, find_delimiter
from crm.services.imports.encoding import UTF_8, WINDOWS, find_encoding
from crm.services.imports.errors import (
    IdColumnMissingError,
    MappedColumnMissingError,
    MappingMissingError,
    MappingWithoutColumnsError,
    OptionNotKnownError,
    UnknownOptionError,
)
from crm.services.imports.export import Export
from crm.services.imports.fields import RowKind
from crm.services.imports.policy import ImportPolicy, import_policy
from crm.services.imports.snapshot import Snapshot, take
from crm.services.imports.source_file import SourceFile
from crm.services.imports.surveying import survey_files
from crm.services.imports.table import Table
from crm.toml_file import read_toml

_ENCODINGS = {"utf-8": UTF_8, "cp1252": WINDOWS, "latin-1": WINDOWS}
_OPTIONS = ("columns", "delimiter", "encoding", "kind", "origin", "prospects", "system")
_LONGEST_TEXT = 40
# What people keep in lists of their own; campaigns and their members come out of another CRM.
KINDS = (RowKind.PERSON, RowKind.COMPANY, RowKind.DEAL, RowKind.TICKET, RowKind.ACTIVITY, RowKind.INVOICE)


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """A mapping file, read and allowed.

    Attributes:
        system: name of the system the record numbers belong to; None: of this list alone.
        delimiter, encoding: None: the file is asked.
        origin: origin of rows that do not say their own.
    """

    columns: ColumnMap
    system: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    origin: str | None = None
    prospects: bool = False


def read_mapping(path: Path) -> CsvMapping:
    """Read a mapping file.

    Raises:
        MappingError, TomlFaultError, TomlEncodingError: what is wrong with it; also a column that can never be imported.
    """
    try:
        rule = read_toml(path)
    except OSError as error:
        raise MappingMissingError(file=path) from error
    for option in rule:
        if option not in _OPTIONS:
            raise OptionNotKnownError(option=option, known=", ".join(_OPTIONS))
    kind = RowKind(_choice(rule, "kind", KINDS, RowKind.PERSON))
    encoding = _choice(rule, "encoding", tuple(_ENCODINGS), None)
    columns = rule.get("columns")
    if not isinstance(columns, dict) or not columns or not all(isinstance(target, str) for target in columns.values()):
        raise MappingWithoutColumnsError(file=path)
    return CsvMapping(
        columns=make_column_map(kind, columns, never=import_policy().never),
        system=_text(rule, "system"),
        delimiter=_choice(rule, "delimiter", DELIMITERS, None),
        encoding=_ENCODINGS[encoding] if encoding else None,
        origin=_text(rule, "origin"),
        prospects=_choice(rule, "prospects", (True, False), False),
    )


def _choice(rule: dict[str, Any], option: str, known: Collection[Any], default: Any) -> Any:
    value = rule.get(option, default)
    if value != default and value not in known:
        raise UnknownOptionError(option=option, known=", ".join(str(each) for each in known))
    return value


def _text(rule: dict[str, Any], option: str) -> str | None:
    value = rule.get(option)
    if value is not None and (not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT):
        raise UnknownOptionError(option=option, known=f"Text bis {_LONGEST_TEXT} Zeichen")
    return value


def read_spreadsheet(
    path: Path, *, mapping: CsvMapping, groups: Collection[FieldGroup], now: datetime, custom: Collection[CustomField] = ()
) -> Export:
    """Read and validate one file; nothing is written.

    Args:
        groups: field groups that the purpose of the import opens.
        custom: custom fields that it opens.

    Raises:
        ImportFileError: what is wrong, with file and row.
    """
    snapshot = take(path, limits=import_policy().limits)
    export = read_snapshot(snapshot, mapping=mapping, groups=groups, custom=custom, now=now)
    export.require_unchanged()
    return export


def read_snapshot(
    snapshot: Snapshot, *, mapping: CsvMapping, groups: Collection[FieldGroup], now: datetime, custom: Collection[CustomField] = ()
) -> Export:
    """Read and validate one file that is in memory already; as `read_spreadsheet`."""
    policy = import_policy()
    table = open_table(snapshot, policy, encoding=mapping.encoding, delimiter=mapping.delimiter)
    binding = bind(mapping.columns, table.header, groups=groups, custom=custom)
    headers = {name.casefold() for name in table.header}
    for column, target in mapping.columns.targets.items():
        if column.casefold() not in headers:
            missing = IdColumnMissingError if target == "id" else MappedColumnMissingError
            raise missing(file=snapshot.name, column=column)
    file = SourceFile(
        name=snapshot.name,
        kind=mapping.columns.kind,
        table=table,
        binding=binding,
        id_column=mapping.columns.id_header,
        prospects=mapping.prospects,
        origin=mapping.origin,
        custom=tuple(custom),
    )
    survey = survey_files([file], policy=policy, now=now)
    return Export(system=mapping.system or _own_system(snapshot.name, mapping), files=[file], survey=survey, policy=policy, now=now)


def _own_system(name: str, mapping: CsvMapping) -> str:
    """Return a name for a list that names no system: number 1 of one list must not be taken for number 1 of another."""
    told = f"{name.casefold()}\n{sorted(mapping.columns.targets.items())}"
    return f"csv-{hashlib.sha256(told.encode()).hexdigest()[:24]}"


def open_table(snapshot: Snapshot, policy: ImportPolicy, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Return a file as a table, as it says itself or as somebody says who knows."""
    encoding = encoding or find_encoding(snapshot, latin_1_expected=True)
    delimiter = delimiter or find_delimiter(snapshot, encoding)
    return Table(snapshot, encoding=encoding, delimiter=delimiter, limits=policy.limits)
