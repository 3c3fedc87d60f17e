"""An import that is killed at any moment and started again ends as if nothing had happened, and leaves no text behind."""

import csv
import json
import secrets
import shutil
import signal
import sqlite3
import time

import pytest

from tests.support.exports import contact, record_id, write

PEOPLE = 600
TABLES = (
    "contact",
    "company",
    "source_record",
    "lookup",
    "ground_event",
    "objection_event",
    "restriction_event",
    "privacy_task",
    "notice_event",
)


@pytest.fixture
def folder(tmp_path):
    """An export with companies, doubles, opt-outs, and people whose time is up."""
    folder = tmp_path / "export"
    companies = [{"Id": record_id(number, "001"), "Name": f"Muster {number} GmbH"} for number in range(40)]
    people = [
        contact(
            number,
            AccountId=record_id(number % 40, "001") if number % 3 else "",
            HasOptedOutOfEmail="1" if number % 7 == 0 else "0",
            LastActivityDate="2020-01-01" if number % 5 == 0 else "2026-10-01",
            LeadSource="Messe" if number % 4 else "",
        )
        for number in range(PEOPLE)
    ]
    doubles = [contact(number, Id=record_id(number, "00Q"), Company="Neu GmbH") for number in range(0, PEOPLE, 20)]
    write(folder, "Account.csv", companies)
    write(folder, "Contact.csv", people)
    write(folder, "Lead.csv", doubles)
    return folder


def counts(data_dir):
    connection = sqlite3.connect(data_dir / "lethe.sqlite")
    numbers = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    connection.close()
    return numbers


def decided_rows(data_dir):
    connection = sqlite3.connect(data_dir / "lethe.sqlite", timeout=30)
    rows = connection.execute("SELECT coalesce(sum(last_row), 0) FROM import_file").fetchone()[0]
    connection.close()
    return rows


def wait_until(condition, process):
    while process.poll() is None and not condition():
        time.sleep(0.002)


@pytest.mark.slow
def test_killed_again_and_again(lethe, start, data_dir, furnished, folder, tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(furnished, whole)
    expected = json.loads(lethe("import", "salesforce", folder, "--migration", "own", "--json", into=whole).stdout)

    kills = 0
    while (decided := decided_rows(data_dir)) < PEOPLE // 2:
        process = start("import", "salesforce", folder, "--migration", "own", "--json")
        goal = decided + 1 + secrets.randbelow(PEOPLE // 6)
        wait_until(lambda goal=goal: decided_rows(data_dir) >= goal, process)
        time.sleep(secrets.randbelow(30) / 1_000)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        assert find_text(data_dir) == []
    output, errors = start("import", "salesforce", folder, "--migration", "own", "--json").communicate()

    assert kills >= 1
    assert json.loads(output) == expected, errors.decode()
    assert counts(data_dir) == counts(whole)
    assert find_text(data_dir) == []


def find_text(data_dir):
    """Return the files that hold a name or an address as readable bytes, write-ahead logs and temporary files included."""
    wanted = [text.encode() for number in range(0, PEOPLE, 50) for text in (f"paula.muster{number}@example.org", f"Paula Muster{number}")]
    wanted += [b"Paula", b"paula.muster"]
    return [str(file) for file in data_dir.rglob("*") if file.is_file() and any(text in file.read_bytes() for text in wanted)]


def test_no_name_and_no_address_of_the_sample_is_on_the_disk(start, data_dir, sample_data):
    process = start("import", "salesforce", sample_data / "salesforce", "--migration", "own", "--json")
    output, errors = process.communicate()
    wanted = set()
    for name in ("Contact", "Lead"):
        with (sample_data / "salesforce" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                wanted |= {row["Email"].encode(), row["Name"].encode()}

    assert json.loads(output)["people"]["read"] == 162, errors.decode()
    assert len(wanted) == 324
    files = [file for file in data_dir.rglob("*") if file.is_file()]
    assert [str(file) for file in files for text in wanted if text in file.read_bytes()] == []
