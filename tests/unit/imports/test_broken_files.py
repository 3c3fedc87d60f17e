"""A broken file gives one sentence with file and row, before anything is written."""

import pytest

from crm.errors import InvalidInputError
from crm.services.imports import errors
from crm.services.imports.salesforce import read_salesforce
from tests.support.exports import CONTACT_COLUMNS, GROUPS, contact, record_id, write

HEADER = ",".join(CONTACT_COLUMNS)
ROW = f"{record_id(1)},false,Paula,Muster,paula@example.org,2026-01-01,2026-01-01,Messe"


def read(folder, now):
    return read_salesforce(folder, groups=GROUPS, now=now)


@pytest.mark.parametrize(
    ("lines", "error", "row"),
    [
        ([], errors.FileEmptyError, None),
        ([HEADER.replace(",", ";"), ROW.replace(",", ";")], errors.WrongDelimiterError, 1),
        ([HEADER.replace(",", "\t"), ROW.replace(",", "\t")], errors.WrongDelimiterError, 1),
        ([HEADER.removeprefix("Id,"), ROW.partition(",")[2]], errors.IdColumnMissingError, None),
        ([HEADER, ROW, ROW.replace(record_id(1), "")], errors.IdMissingError, 3),
        ([HEADER, ROW.replace(record_id(1), "000000000000000AAA")], errors.IdMissingError, 2),
        ([HEADER, ROW, "", ROW], errors.IdTwiceError, 4),
        ([HEADER, ROW.replace(record_id(1), "1,2E+11".replace(",", "."))], errors.IdUnusableError, 2),
        ([HEADER, ROW.replace(record_id(1), "x" * 65)], errors.IdUnusableError, 2),
        ([HEADER, ROW, ROW + ",more"], errors.WrongColumnCountError, 3),
        ([HEADER, ROW, "truncated"], errors.WrongColumnCountError, 3),
        ([HEADER, ROW.replace("Paula", '"Paula'), ROW], errors.WrongQuotingError, 2),
        ([HEADER, ROW.replace("Paula", '"Pa"ula')], errors.WrongQuotingError, 2),
        ([HEADER, ROW, ROW.replace("Paula", 'Pa"ula').replace(record_id(1), record_id(2))], errors.WrongQuotingError, 3),
        ([HEADER + "\r" + ROW + "\r"], errors.LineEndsError, 1),
        ([HEADER, ROW.replace("Paula", "Pau\rla")], errors.LineEndsError, 2),
        ([HEADER + ",email", ROW + ",x"], errors.ColumnTwiceError, None),
        ([HEADER, ROW, ROW.replace(record_id(1), record_id(2)).replace("Paula", "x" * 131_073)], errors.CellTooLargeError, 3),
    ],
)
def test_the_sentence_names_file_and_row(tmp_path, now, lines, error, row):
    path = tmp_path / "Contact.csv"
    path.write_text("\n".join(lines), encoding="utf-8", newline="")

    with pytest.raises(error) as caught:
        read(tmp_path, now)

    assert "Contact.csv" in str(caught.value)
    assert row is None or f"Zeile {row}" in str(caught.value)
    assert isinstance(caught.value, InvalidInputError)


@pytest.mark.parametrize("lines", [[HEADER, ROW, ROW + ",geheim@example.org"], [HEADER, ROW.replace("Paula", 'Gehe"im')]])
def test_the_sentence_shows_no_value_of_the_file(tmp_path, now, lines):
    (tmp_path / "Contact.csv").write_text("\n".join(lines), encoding="utf-8")

    with pytest.raises(errors.ImportFileError) as caught:
        read(tmp_path, now)

    assert not any(value in str(caught.value).casefold() for value in ("paula", "muster", "example.org", "geheim", "gehe"))


def test_latin_1_in_the_form_that_is_always_utf_8_is_refused(tmp_path, now):
    write(tmp_path, "Contact.csv", [contact(1), contact(2, LastName="Müller")], encoding="latin-1")

    with pytest.raises(errors.WrongEncodingError) as caught:
        read(tmp_path, now)

    assert caught.value.facts["row"] == 3


def test_the_longest_cell_of_the_other_system_is_taken(tmp_path, now):
    write(tmp_path, "Contact.csv", [contact(1, Description="x" * 131_072)])

    assert read(tmp_path, now).survey.dropped_fields() == {"Description": 1}


def test_a_folder_that_is_none(tmp_path, now):
    with pytest.raises(errors.FileNamedError):
        read(write(tmp_path, "Contact.csv", [contact(1)]), now)
    with pytest.raises(errors.FolderMissingError):
        read(tmp_path / "absent", now)


def test_a_folder_without_known_files(tmp_path, now):
    write(tmp_path, "Product2.csv", [{"Id": "1"}])

    with pytest.raises(errors.NoKnownFilesError) as caught:
        read(tmp_path, now)

    assert "Contact.csv" in str(caught.value)


def test_two_spellings_of_one_file(tmp_path, now):
    write(tmp_path, "Contact.csv", [contact(1)])
    write(tmp_path, "CONTACT.csv", [contact(1)])

    with pytest.raises(errors.FileTwiceError):
        read(tmp_path, now)


def test_a_file_that_changes_after_it_was_read(tmp_path, now, monkeypatch):
    path = write(tmp_path, "Contact.csv", [contact(1)])
    survey_files = "crm.services.imports.salesforce.survey_files"

    def survey_and_change(files, **options):
        path.write_bytes(path.read_bytes().replace(b"Paula", b"Petra"))
        return real(files, **options)

    real = __import__("crm.services.imports.surveying", fromlist=["survey_files"]).survey_files
    monkeypatch.setattr(survey_files, survey_and_change)

    with pytest.raises(errors.FileChangedError):
        read(tmp_path, now)


def test_every_broken_file_is_found_before_a_later_file_is_opened_for_writing(tmp_path, now):
    write(tmp_path, "Contact.csv", [contact(1)])
    write(tmp_path, "Lead.csv", [contact(2), contact(2)])

    with pytest.raises(errors.IdTwiceError) as caught:
        read(tmp_path, now)

    assert caught.value.facts["file"] == "Lead.csv"
