"""`lethe import`: what people type, and what they are told."""

import hashlib
import json

import pytest

from crm.db import make_engine
from tests.support.exports import API, WEEKLY, contact, copy_of, write

MAPPING = 'origin = "Messeliste"\n[columns]\nNr = "id"\nVorname = "first_name"\nNachname = "last_name"\nMail = "email"\n'
ROW = {"Nr": "1", "Vorname": "Käthe", "Nachname": "Groß", "Mail": "k.gross@example.org", "Geschlecht": "w", "Umsatz": "1.234,50"}


SEALING = ("ledger_checkpoint", "ledger_leaf", "ledger_tile", "ledger_state")  # every command may seal earlier entries


def business_rows(data_dir):
    """Return the content of the business database, in a form that can be compared."""
    engine = make_engine(f"sqlite:///{data_dir / 'lethe.sqlite'}")
    with engine.connect() as connection:
        dump = [
            line for line in connection.connection.iterdump() if not line.startswith(tuple(f'INSERT INTO "{name}"' for name in SEALING))
        ]
    engine.dispose()
    return hashlib.sha256("\n".join(dump).encode()).hexdigest()


def import_salesforce(lethe, folder=API, *options):
    return lethe("import", "salesforce", folder, "--migration", "own", *options)


@pytest.mark.parametrize("folder", [API, WEEKLY], ids=["api", "weekly"])
def test_json_is_all_there_is_on_standard_output(lethe, folder):
    result = import_salesforce(lethe, folder, "--json")

    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(report) == {"files", "people", "dropped_fields", "unfit_fields", "overdue"}
    for numbers in [*report["files"].values(), report["people"]]:
        assert numbers["read"] == sum(numbers[key] for key in ("created", "merged", "refused", "skipped"))


def test_people_read_what_happened_row_by_row(lethe):
    result = import_salesforce(lethe)

    assert "Contact.csv: 16 gelesen, 11 angelegt, 3 zusammengeführt, 1 abgelehnt, 1 übersprungen" in result.stdout
    assert "1-mal: Weder Name noch Adresse noch Telefonnummer. Zeile 14" in result.stdout
    assert "Gender__c (2)" in result.stdout


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["for people", "for machines"])
def test_reasons_are_in_the_language_of_the_terminal(lethe, monkeypatch, options):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    english = import_salesforce(lethe, API, "--dry-run", *options).stdout
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    german = import_salesforce(lethe, API, "--dry-run", *options).stdout

    assert "Deleted in the former system." in english
    assert "Im bisherigen System gelöscht." not in english
    assert "Im bisherigen System gelöscht." in german


def test_a_reason_has_a_row_and_a_sentence_and_nothing_else(lethe):
    report = json.loads(import_salesforce(lethe, API, "--dry-run", "--json").stdout)

    assert {key for file in report["files"].values() for reason in file["reasons"] for key in reason} == {"row", "reason"}


def test_no_value_of_the_files_is_ever_shown(lethe):
    shown = import_salesforce(lethe).output + import_salesforce(lethe, API, "--dry-run", "--json").output

    assert not any(value in shown.casefold() for value in ("müller", "example", "weiblich", "65000", "4711"))


def test_a_dry_run_changes_nothing_and_foretells_the_import(lethe, data_dir):
    before = business_rows(data_dir)

    foretold = import_salesforce(lethe, API, "--dry-run", "--json")

    assert business_rows(data_dir) == before
    assert foretold.stdout == import_salesforce(lethe, API, "--json").stdout
    assert business_rows(data_dir) != before


def test_a_broken_file_changes_nothing_and_gives_one_sentence(lethe, data_dir, tmp_path):
    folder = copy_of(API, tmp_path / "broken")
    lead = folder / "Lead.csv"
    lead.write_bytes(lead.read_bytes() + b"half a row\n")
    before = business_rows(data_dir)

    result = import_salesforce(lethe, folder)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "Lead.csv" in result.stderr
    assert "Zeile 11" in result.stderr
    assert business_rows(data_dir) == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--purpose", "newsletter"), "Einwilligung"),
        (("--purpose", "fun"), "Diesen Zweck gibt es nicht. Erlaubt sind: business_contact, "),
        (("--owner", "nobody@muster.test"), "Dieses Konto gibt es nicht"),
        (("--owner", "pruefung@muster.test"), "es arbeitet nicht mit Kontakten. Wählen Sie jemand anderen."),
    ],
)
def test_terms_that_cannot_be_are_refused(lethe, data_dir, options, sentence):
    lethe("users", "add", "--email", "pruefung@muster.test", "--name", "Petra Prüfung", "--role", "auditor")
    before = business_rows(data_dir)

    result = import_salesforce(lethe, API, *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert business_rows(data_dir) == before


def test_one_has_to_say_whose_system_it_was(lethe):
    """Art. 14 DSGVO: own data start no timer, received data do; nobody may guess."""
    assert lethe("import", "salesforce", API).exit_code == 2


def test_the_owner_gets_everybody(lethe, data_dir):
    lethe("users", "add", "--email", "vertrieb@muster.test", "--name", "Vera Vertrieb", "--role", "sales")

    result = import_salesforce(lethe, API, "--owner", "vertrieb@muster.test")

    engine = make_engine(f"sqlite:///{data_dir / 'lethe.sqlite'}")
    with engine.connect() as connection:
        owners = connection.exec_driver_sql("SELECT count(*), count(owner_id), count(DISTINCT owner_id) FROM contact").one()
    engine.dispose()
    assert result.exit_code == 0
    assert owners[0] == owners[1] > 0
    assert owners[2] == 1


class TestCsv:
    def import_csv(self, lethe, tmp_path, mapping=MAPPING):
        file = write(tmp_path, "Messe.csv", [ROW], delimiter=";", encoding="cp1252")
        (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
        return lethe("import", "csv", file, "--mapping", tmp_path / "mapping.toml", "--migration", "third-party", "--json")

    def test_comes_in_by_its_mapping(self, lethe, tmp_path):
        report = json.loads(self.import_csv(lethe, tmp_path).stdout)

        assert report["people"]["created"] == 1
        assert report["dropped_fields"] == {"Geschlecht": 1, "Umsatz": 1}

    @pytest.mark.parametrize("encoding", ["", 'encoding = "utf-8"\n'], ids=["found out", "said"])
    def test_refuses_the_row_with_a_null_character_and_says_why(self, lethe, tmp_path, encoding):
        file = write(tmp_path, "Messe.csv", [ROW | {"Vorname": "Kä\0the"}, ROW | {"Nr": "2", "Geschlecht": "w\0"}], delimiter=";")
        (tmp_path / "mapping.toml").write_text(encoding + MAPPING, encoding="utf-8")

        result = lethe("import", "csv", file, "--mapping", tmp_path / "mapping.toml", "--migration", "own", "--json")

        numbers = json.loads(result.stdout)["files"]["Messe.csv"]
        assert (numbers["created"], numbers["refused"]) == (1, 1)
        assert [each["row"] for each in numbers["reasons"] if "Nullzeichen" in each["reason"]] == [2]

    def test_cannot_bring_in_what_is_forbidden(self, lethe, tmp_path):
        result = self.import_csv(lethe, tmp_path, MAPPING + 'Geschlecht = "salutation"\n')

        assert (result.exit_code, result.stdout) == (2, "")
        assert "Die Spalte „Geschlecht“ kann nicht eingelesen werden" in result.stderr


def test_the_log_tells_of_the_import_and_of_each_person(lethe):
    """Art. 5(2) DSGVO."""
    import_salesforce(lethe)

    shown = lethe("log", "show", "--json", "--limit", "1000").stdout
    actions = [entry.get("act") or entry.get("action") for entry in json.loads(shown)]
    assert actions.count("import:started") == actions.count("import:finished") == 1
    assert actions.count("person:collected") == 17 + 3  # people, and companies that are people


def test_the_sample_of_others_is_accounted_for(lethe, sample_data):
    result = import_salesforce(lethe, sample_data / "salesforce", "--json")

    report = json.loads(result.stdout)
    assert report["people"] == {"read": 162, "created": 162, "merged": 0, "refused": 0, "skipped": 0}
    assert report["dropped_fields"]["Gender__c"] == 162


def test_everything_comes_in_for_a_purpose_that_opens_little(lethe, tmp_path):
    """Art. 5(1)(c) DSGVO."""
    write(tmp_path, "Contact.csv", [contact(1, Phone="0561 4711")])

    report = json.loads(import_salesforce(lethe, tmp_path, "--purpose", "sales_approach", "--json").stdout)

    assert report["people"]["created"] == 1
    assert report["dropped_fields"] == {"Email": 1, "Phone": 1}
