"""Cells of columns that go to custom fields, read as forms send them."""

from collections import Counter
from collections.abc import Iterator

from crm.errors import InvalidInputError
from crm.models.custom_field import CustomFieldKind
from crm.privacy.custom_fields import CustomField
from crm.services.imports.source_file import SourceFile
from crm.services.imports.table import Record
from crm.services.imports.values import clean, find_moment


def read_custom(field: CustomField, text: str) -> str:
    """Return a cell as it is kept.

    Raises:
        InvalidInputError: it does not fit the field.
    """
    return field.clean(_as_sent(field, text))


def count_unfit(file: SourceFile, record: Record, counts: Counter[str]) -> None:
    """Count the values that do not fit their field, by the name of the column and never by value."""
    for field, column, text in _cells(file, record):
        try:
            read_custom(field, text)
        except InvalidInputError:
            counts[column] += 1


def _cells(file: SourceFile, record: Record) -> Iterator[tuple[CustomField, str, str]]:
    for field in file.custom:
        text = clean(file.binding.cell(record, field.name))
        if text:
            yield field, file.table.header[file.binding.places[field.name][0]], text


def _as_sent(field: CustomField, text: str) -> str:
    """Return a cell as forms send it: a day in ISO form, a choice in its own spelling."""
    if field.kind is CustomFieldKind.DATE and (moment := find_moment(text)):
        return moment.date().isoformat()
    return next((each for each in field.options if each.casefold() == text.casefold()), text)
