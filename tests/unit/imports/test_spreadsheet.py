"""A CSV file of a spreadsheet with a mapping of its own."""

from datetime import UTC, datetime

import pytest

from crm.privacy.objection import DIRECT_MARKETING, Objection
from crm.privacy.purposes import Channel
from crm.services.imports import errors
from crm.services.imports.rows import LeftOut
from crm.services.imports.spreadsheet import read_mapping, read_spreadsheet
from crm.toml_file import TomlEncodingError, TomlFaultError
from tests.support.exports import GROUPS, write

MAPPING = """
kind = "person"
system = "Altkartei"
origin = "Kundenkartei 2025"

[columns]
"Kunden-Nr." = "id"
"Anrede" = "salutation"
"Vorname" = "first_name"
"Nachname" = "last_name"
"E-Mail" = "email"
"Telefon" = "phone"
"PLZ" = "postal_code"
"Firma" = "company"
"Angelegt am" = "created_at"
"Letzter Kontakt" = "last_contact_at"
"Keine Werbung" = "no_marketing"
"Nicht anrufen" = "no_phone"
"Gelöscht" = "deleted"
"""
PERSON = {
    "Kunden-Nr.": "4711,00",
    "Anrede": "Frau",
    "Vorname": "Käthe",
    "Nachname": "Groß",
    "E-Mail": "k.gross@example.org",
    "Telefon": "0561/4711",
    "PLZ": "34117",
    "Firma": "Muster GmbH",
    "Angelegt am": "01.02.2020",
    "Letzter Kontakt": "24.12.2025 10:30",
    "Keine Werbung": "",
    "Nicht anrufen": "x",
    "Gelöscht": "nein",
    "Umsatz": "1.234,56",
}


def mapped(tmp_path, text=MAPPING):
    path = tmp_path / "mapping.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def read(tmp_path, rows, now, *, mapping=MAPPING, **options):
    path = write(tmp_path, "Kartei.csv", rows, **({"delimiter": ";", "encoding": "cp1252"} | options))
    return read_spreadsheet(path, mapping=mapped(tmp_path, mapping), groups=GROUPS, now=now)


def test_german_columns_dates_and_encoding_are_understood(tmp_path, now):
    export = read(tmp_path, [PERSON], now)

    (row,) = export.rows(export.files[0])
    assert row.record_id == "4711"
    assert row.fields == {
        "salutation": "Frau",
        "first_name": "Käthe",
        "last_name": "Groß",
        "email": "k.gross@example.org",
        "phone": "+495614711",
        "postal_code": "34117",
    }
    assert (row.created_at, row.last_contact_at) == (datetime(2020, 2, 1, tzinfo=UTC), datetime(2025, 12, 24, 10, 30, tzinfo=UTC))
    assert row.wishes.objections == {Objection(DIRECT_MARKETING, Channel.PHONE)}
    assert (row.employer.name, row.origin, export.system) == ("Muster GmbH", "Kundenkartei 2025", "Altkartei")
    assert export.survey.dropped_fields() == {"Umsatz": 1}


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), ("\t", "utf-8-sig"), ("|", "cp1252")])
def test_delimiter_and_encoding_are_told_by_the_file(tmp_path, now, delimiter, encoding):
    export = read(tmp_path, [PERSON], now, delimiter=delimiter, encoding=encoding)

    (row,) = export.rows(export.files[0])
    assert row.fields["last_name"] == "Groß"


def test_a_first_line_that_names_the_delimiter_is_no_header(tmp_path, now):
    path = write(tmp_path, "Kartei.csv", [PERSON], delimiter=";", encoding="cp1252")
    path.write_bytes(b"sep=;\n" + path.read_bytes())

    export = read_spreadsheet(path, mapping=mapped(tmp_path), groups=GROUPS, now=now)

    assert export.survey.rows == {"Kartei.csv": 1}


def test_rows_without_ids_have_one_that_lasts(tmp_path, now):
    mapping = MAPPING.replace('"Kunden-Nr." = "id"\n', "")

    exports = [read(tmp_path, [PERSON, PERSON], now, mapping=mapping) for _ in range(2)]

    first, second = ([row.record_id for row in export.rows(export.files[0])] for export in exports)
    assert first == second
    assert len(set(first)) == 2


def test_another_mapping_of_the_same_file_is_another_import(tmp_path, now):
    one, same = (read(tmp_path, [PERSON], now).fingerprint for _ in range(2))
    other = read(tmp_path, [PERSON], now, mapping=MAPPING.replace('"phone"', '"mobile"')).fingerprint

    assert one == same != other


def test_numbers_of_lists_without_a_system_belong_to_the_list(tmp_path, now):
    mapping = MAPPING.replace('system = "Altkartei"\n', "")
    here = read(tmp_path / "here", [PERSON], now, mapping=mapping)
    again = read(tmp_path / "again", [PERSON], now, mapping=mapping)
    other = read(tmp_path / "other", [PERSON], now, mapping=mapping.replace('"phone"', '"mobile"'))

    assert here.system == again.system != other.system
    assert len(here.system) <= 40


def test_deleted_rows_are_skipped(tmp_path, now):
    export = read(tmp_path, [PERSON | {"Gelöscht": "ja"}], now)

    assert isinstance(next(export.rows(export.files[0])), LeftOut)


def test_companies_can_be_mapped_too(tmp_path, now):
    mapping = 'kind = "company"\n[columns]\nFirma = "name"\nOrt = "city"\nEinzelunternehmen = "natural_person"\n'
    rows = [
        {"Firma": "Muster GmbH", "Ort": "Kassel", "Einzelunternehmen": "nein"},
        {"Firma": "Tischlerei Nord", "Ort": "Kiel", "Einzelunternehmen": "ja"},
    ]

    export = read(tmp_path, rows, now, mapping=mapping)

    assert [(row.fields["name"], row.natural_person) for row in export.rows(export.files[0])] == [
        ("Muster GmbH", False),
        ("Tischlerei Nord", True),
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("kind = ", TomlFaultError),
        ("kind = 'person'", errors.MappingWithoutColumnsError),
        ("[columns]\nName = 5", errors.MappingWithoutColumnsError),
        ('kind = "alien"', errors.UnknownOptionError),
        ('kind = "animal"\n[columns]\nName = "last_name"', errors.UnknownOptionError),
        ('delimiter = "#"\n[columns]\nName = "last_name"', errors.UnknownOptionError),
        ('encoding = "utf-7"\n[columns]\nName = "last_name"', errors.UnknownOptionError),
        ('colour = "red"\n[columns]\nName = "last_name"', errors.OptionNotKnownError),
        ('origin = ""\n[columns]\nName = "last_name"', errors.UnknownOptionError),
        ('[columns]\nName = "nickname"', errors.UnknownFieldError),
        ('[columns]\nGeschlecht = "salutation"', errors.ForbiddenColumnError),
        ('[columns]\nJahreseinkommen = "department"', errors.ForbiddenColumnError),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(tmp_path, text, error):
    with pytest.raises(error):
        mapped(tmp_path, text)


def test_a_mapping_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_bytes('[columns]\n"Straße" = "street"'.encode("latin-1"))

    with pytest.raises(TomlEncodingError):
        read_mapping(path)


@pytest.mark.parametrize(("missing", "error"), [("Kunden-Nr.", errors.IdColumnMissingError), ("Nachname", errors.MappedColumnMissingError)])
def test_a_column_that_the_mapping_names_must_be_there(tmp_path, now, missing, error):
    with pytest.raises(error) as caught:
        read(tmp_path, [{name: value for name, value in PERSON.items() if name != missing}], now)

    assert missing in str(caught.value)
    assert "Kartei.csv" in str(caught.value)


def test_a_number_that_the_spreadsheet_rounded_is_no_id(tmp_path, now):
    with pytest.raises(errors.IdUnusableError):
        read(tmp_path, [PERSON | {"Kunden-Nr.": "1,23457E+11"}], now)
