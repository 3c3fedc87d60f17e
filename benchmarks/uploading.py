"""A CSV file of 20 000 people through the wizard: kept, tried, and taken in as the worker does it."""

import csv
from io import StringIO
from typing import Any

from sqlalchemy import update

from benchmarks.ground import IMPORTER, NOW, STAFF, installed, people, seconds
from crm.actor import Actor, Role
from crm.models.contact import Contact
from crm.models.import_upload import ImportUpload, UploadState
from crm.privacy import purposes
from crm.runtime import Runtime
from crm.services.accounts.demo import add_invented
from crm.services.forms import new_form_token
from crm.services.uploads import keeping, running
from crm.services.uploads.keeping import SentFile

_HEADERS = {
    "salutation": "Anrede",
    "first_name": "Vorname",
    "last_name": "Nachname",
    "email": "E-Mail",
    "phone": "Telefon",
    "mobile": "Mobil",
    "street": "Straße",
    "postal_code": "PLZ",
    "city": "Ort",
    "country": "Land",
    "position": "Funktion",
    "department": "Abteilung",
}


def measure(number: int = 20_000) -> dict[str, Any]:
    """Return seconds of keeping the file, of the dry run and of taking everybody in."""
    with installed(demo=True) as runtime:
        seller = _seller(runtime)
        content = _write_list(number)
        kept: list[str] = []
        keep_seconds = seconds(lambda: kept.append(_keep(runtime, content, seller)))
        times = {}
        for name, state in (("check_seconds", UploadState.CHECKING), ("take_in_seconds", UploadState.QUEUED)):
            with runtime.database.writing() as session:
                session.execute(update(ImportUpload).values(state=state.value))
            times[name] = seconds(lambda: running.work_off(runtime.database, settings=runtime.settings, clock=runtime.clock))
        with runtime.database.reading() as session:
            found = session.query(Contact).count()
        if found != number:
            raise RuntimeError(f"{found} of {number} people came in")
    return {"people": number, "megabytes": len(content) / 1e6, "keep_seconds": keep_seconds, **times}


def _seller(runtime: Runtime) -> Actor:
    with runtime.database.writing() as session:
        account = add_invented(session, STAFF, actor=IMPORTER, now=NOW)
        return Actor(account.pseudonym, frozenset({Role.SALES}), Role.SALES)


def _keep(runtime: Runtime, content: bytes, seller: Actor) -> str:
    with runtime.database.writing() as session:
        purpose, file = purposes.find_all(session).get("business_contact"), SentFile("list.csv", content)
        return keeping.keep(session, kind="person", file=file, form_token=new_form_token(), purpose=purpose, actor=seller, now=NOW)


def _write_list(number: int) -> bytes:
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*_HEADERS.values(), "Herkunft", "Angelegt am", "Letzter Kontakt"])
    writer.writerows([*(fields[name] for name in _HEADERS), "Messe", "19.01.2026", "02.05.2026"] for fields in people(0, number))
    return text.getvalue().encode("utf-8-sig")
