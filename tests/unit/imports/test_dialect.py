"""Which form of export a file has is told by the file."""

import pytest

from crm.services.imports.dialect import ExportForm, find_delimiter, find_form
from crm.services.imports.policy import import_policy
from crm.services.imports.snapshot import take
from tests.support.exports import API, WEEKLY

LIMITS = import_policy().limits
NAMES = ["Account", "Contact", "Lead", "Individual", "ContactPointTypeConsent"]


def taken(tmp_path, text):
    path = tmp_path / "Contact.csv"
    path.write_text(text, encoding="utf-8")
    return take(path, limits=LIMITS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("folder", "form"), [(API, ExportForm.API), (WEEKLY, ExportForm.WEEKLY)])
def test_both_forms_are_told_apart(folder, form, name):
    assert find_form(take(folder / f"{name}.csv", limits=LIMITS)) is form


def test_the_data_loader_quotes_everything_and_writes_times_of_its_interface(tmp_path):
    assert find_form(taken(tmp_path, '"ID","CREATEDDATE"\n"1","2022-12-02T00:10:41.000Z"\n')) is ExportForm.API


def test_a_cell_with_line_breaks_does_not_hide_the_second_record(tmp_path):
    assert find_form(taken(tmp_path, '"Id","Street"\n"1","a\nb"\n')) is ExportForm.WEEKLY


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("Id,Name,City", ","), ("Id;Name;City", ";"), ("Id\tName\tCity", "\t"), ("Id|Name", "|"), ('"a,b";c;d', ";"), ("Id", ",")],
)
def test_the_delimiter_is_the_one_that_splits_the_header(tmp_path, header, delimiter):
    assert find_delimiter(taken(tmp_path, f"{header}\n"), "utf-8-sig") == delimiter


def test_a_spreadsheet_may_name_its_delimiter_in_the_first_line(tmp_path):
    assert find_delimiter(taken(tmp_path, "sep=;\na,b;c\n"), "utf-8-sig") == ";"
