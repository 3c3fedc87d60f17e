"""An export of Salesforce: a folder of CSV files, in either of the two forms."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from crm.models.field_groups import FieldGroup
from crm.services.imports.columns import bind
from crm.services.imports.dialect import ExportForm, find_delimiter, find_form
from crm.services.imports.encoding import find_encoding
from crm.services.imports.errors import (
    FileNamedError,
    FileTwiceError,
    FolderMissingError,
    IdColumnMissingError,
    NoKnownFilesError,
    WrongDelimiterError,
)
from crm.services.imports.export import Export
from crm.services.imports.policy import ImportPolicy, KnownFile, import_policy
from crm.services.imports.snapshot import take
from crm.services.imports.source_file import SourceFile
from crm.services.imports.surveying import survey_files
from crm.services.imports.table import Table

SYSTEM = "salesforce"
_DELIMITER = ","


def read_salesforce(folder: Path, *, groups: Collection[FieldGroup], now: datetime) -> Export:
    """Read and validate the files of a folder; nothing is written.

    Args:
        groups: field groups that the purpose of the import opens.

    Raises:
        ImportFileError: what is wrong, with file and row.
    """
    policy = import_policy()
    paths = _find_files(folder)
    known = [(each, path) for each in policy.salesforce if (path := paths.pop(each.name.casefold(), None))]
    if not known:
        raise NoKnownFilesError(known=", ".join(f"{each.name}.csv" for each in policy.salesforce))
    files = [_open(each, path, policy, groups) for each, path in known]
    survey = survey_files(files, policy=policy, now=now)
    ignored = sorted(path.name for path in paths.values())
    export = Export(system=SYSTEM, files=files, survey=survey, policy=policy, now=now, ignored=ignored)
    export.require_unchanged()
    return export


def _find_files(folder: Path) -> dict[str, Path]:
    if folder.is_file():
        raise FileNamedError
    if not folder.is_dir():
        raise FolderMissingError
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() == ".csv" and found.setdefault(path.stem.casefold(), path) != path:
            raise FileTwiceError(file=path.name)
    return found


def _open(known: KnownFile, path: Path, policy: ImportPolicy, groups: Collection[FieldGroup]) -> SourceFile:
    snapshot = take(path, limits=policy.limits)
    encoding = find_encoding(snapshot, latin_1_expected=find_form(snapshot) is ExportForm.WEEKLY)
    found = find_delimiter(snapshot, encoding)
    if found != _DELIMITER:
        raise WrongDelimiterError(file=path.name, row=1, found="Tab" if found == "\t" else found, expected=_DELIMITER)
    table = Table(snapshot, encoding=encoding, delimiter=_DELIMITER, limits=policy.limits)
    binding = bind(known.columns, table.header, groups=groups)
    id_column = known.columns.id_header
    if "id" not in binding.places:
        raise IdColumnMissingError(file=path.name, column=id_column)
    return SourceFile(
        name=path.name,
        kind=known.columns.kind,
        table=table,
        binding=binding,
        id_column=id_column,
        prospects=known.prospects,
    )
