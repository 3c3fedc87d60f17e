"""Exports of another CRM for tests: the German fixtures in both forms, and small files made on the spot."""

import csv
import io
import shutil
from pathlib import Path

from crm.models.field_groups import FieldGroup

FIXTURES = Path(__file__).parents[1] / "fixtures"
API = FIXTURES / "salesforce_api"
WEEKLY = FIXTURES / "salesforce_weekly"
# Daily work about the people and companies of those two.
WORK_API = FIXTURES / "salesforce_work_api"
WORK_WEEKLY = FIXTURES / "salesforce_work_weekly"
# What `business_contact` opens.
GROUPS = frozenset({FieldGroup.IDENTITY, FieldGroup.EMAIL, FieldGroup.PHONE, FieldGroup.ADDRESS, FieldGroup.POSITION})

CONTACT_COLUMNS = ("Id", "IsDeleted", "FirstName", "LastName", "Email", "CreatedDate", "LastActivityDate", "LeadSource")


def record_id(number, prefix="003"):
    """Return a record id of the other system's shape."""
    return f"{prefix}Zz{number:010d}AAA"


def contact(number, **values):
    """Return the row of one contact that has everything a contact needs."""
    given = {
        "Id": record_id(number),
        "IsDeleted": "false",
        "FirstName": "Paula",
        "LastName": f"Muster{number}",
        "Email": f"paula.muster{number}@example.org",
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "LastActivityDate": "2026-10-01",
        "LeadSource": "Messe",
    }
    return given | values


def write(folder, name, rows, *, columns=None, delimiter=",", encoding="utf-8", quoting=csv.QUOTE_MINIMAL):
    """Write rows as a CSV file into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = columns or list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    path = folder / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def together(fixtures, folder):
    """Copy several fixtures into one folder, as one export."""
    for fixture in fixtures:
        shutil.copytree(fixture, folder, dirs_exist_ok=True)
    return folder


def copy_of(fixture, folder):
    """Copy one of the fixtures, so that a test can change it."""
    shutil.copytree(fixture, folder)
    return folder
