"""An import of an export with 20 000 people by the real command, and how long an edit waits meanwhile."""

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import update

from benchmarks.ground import NOW, collect, installed, people, percentile
from crm.models.contact import Contact
from crm.runtime import Runtime


def measure(number: int = 20_000) -> dict[str, Any]:
    """Return people per second of the whole command, and the waits of edits in another process."""
    with installed() as runtime, tempfile.TemporaryDirectory(prefix="lethe-bench-") as folder:
        [edited] = collect(runtime, 90_000_000, 1)
        _write_export(Path(folder) / "Contact.csv", number)
        command = [sys.executable, "-m", "crm", "--data-dir", str(runtime.settings.data_dir)]
        command += ["import", "salesforce", folder, "--migration", "own", "--json"]
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ) as running:  # noqa: S603 - our own program
            waits = _edit_meanwhile(runtime, edited, running)
        took = time.perf_counter() - start
        if running.returncode:
            raise RuntimeError(f"the import ended with {running.returncode}")
    return {
        "people": number,
        "people_per_second": number / took,
        "edits": len(waits),
        "edit_wait_p95_ms": percentile(waits, 95) * 1e3,
        "edit_wait_longest_ms": max(waits) * 1e3,
    }


def _edit_meanwhile(runtime: Runtime, subject_id: str, running: subprocess.Popen[bytes]) -> list[float]:
    """Save a small change every 100 ms and return how long each took from asking to commit."""
    waits = []
    while running.poll() is None:
        start = time.perf_counter()
        with runtime.database.writing() as session:
            session.execute(update(Contact).where(Contact.subject_id == subject_id).values(changed_at=NOW))
        waits.append(time.perf_counter() - start)
        time.sleep(0.1)
    return waits


def _write_export(file: Path, number: int) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            "Id IsDeleted LastName FirstName Salutation MailingStreet MailingCity MailingPostalCode MailingCountry Phone MobilePhone "
            "Email Title LeadSource CreatedDate LastModifiedDate LastActivityDate Gender__c".split()
        )
        for each, fields in enumerate(people(0, number)):
            writer.writerow(
                [f"003{each:012d}AAA", "", fields["last_name"], fields["first_name"], "Frau", fields["street"], fields["city"]]
                + [fields["postal_code"], "Deutschland", fields["phone"], fields["mobile"], fields["email"], fields["position"], "Messe"]
                + ["2026-01-19T09:42:24.000+0000"] * 2
                + ["2026-05-02", "female"]
            )
