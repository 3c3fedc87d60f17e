"""The forms in which a copy goes out: one archive with paper, JSON, tables, a card and linked data, made in memory alone.

Source: Art. 12(1), 15(3), 20(1) DSGVO.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from crm.documents import render, vcard
from crm.documents.vcard import Card
from crm.privacy.access import tables
from crm.privacy.access.copying import Copy
from crm.privacy.access.gathering import Record
from crm.privacy.access.information import Sections, day_in_words
from crm.privacy.access.texts import Words, column_name
from crm.privacy.mails import day_of
from crm.settings import Settings

FORMAT: Final = "lethe-personal-data"
VERSION: Final = 1
_ON_PAPER: Final = 500  # rows of one kind; the others are in the files, and are sent on paper on request
_ADDRESS: Final = {"street": "streetAddress", "postal_code": "postalCode", "city": "addressLocality", "country": "addressCountry"}
_PERSON: Final = {
    "first_name": "givenName",
    "last_name": "familyName",
    "title": "honorificPrefix",
    "email": "email",
    "position": "jobTitle",
    "birth_date": "birthDate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What goes out, and for which case."""

    copy: Copy
    told: Sections
    kind: str
    number: str
    language: str
    made_at: datetime
    settings: Settings


def make_archive(answered: Answered, *, paper: bytes) -> bytes:
    """Return everything in one archive, the same bytes for the same contents."""
    german = answered.language == "de"
    files: dict[str, bytes] = {
        "auskunft.pdf" if german else "copy.pdf": paper,
        "daten.json" if german else "data.json": as_json(answered),
        "person.jsonld": as_linked_data(answered.copy),
        **{f"csv/{name}.csv": content for name, content in tables.as_csv(answered.copy.records).items()},
        **answered.copy.files,
    }
    if profile := profile_of(answered.copy):
        files["person.vcf"] = vcard.write(Card(profile, _company_of(answered.copy)), version="4.0")
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = ZipInfo(name, date_time=answered.made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def as_json(answered: Answered) -> bytes:
    """Return the copy as JSON; its schema is published in `docs/reference/personal-data.schema.json`."""
    copy, settings = answered.copy, answered.settings
    said = {
        "format": FORMAT,
        "version": VERSION,
        "kind": answered.kind,
        "number": answered.number,
        "language": answered.language,
        "made_at": answered.made_at.isoformat(),
        "controller": {"name": settings.organisation, "address": settings.organisation_address, "contact": settings.privacy_email},
        "information": {heading: list(lines) for heading, lines in answered.told.items()},
        "data": {table: [_named(row) for row in rows] for table, rows in copy.records.items()},
        "consultations": [_consultation(each) for each in copy.consultations],
        "files": [{"name": name, "size": len(content)} for name, content in copy.files.items()],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def as_paper(answered: Answered) -> bytes:
    """Return the copy as PDF, in the words of the person; of very many rows of one kind the rest stands in the files."""
    words, copy = Words(answered.language), answered.copy
    day = day_of(answered.made_at, answered.settings)
    title = words.say("title_portable" if answered.kind == "portability" else "title")
    shown = [
        _table(words, words.table(table), [_sentence(words, row) for row in rows[:_ON_PAPER]], len(rows))
        for table, rows in copy.records.items()
    ]
    if copy.consultations:
        log = [_in_words(words, each) for each in copy.consultations[:_ON_PAPER]]
        shown.append(_table(words, words.say("consultations"), log, len(copy.consultations)))
    content = {
        "language": answered.language,
        "title": title,
        "sender": answered.settings.organisation,
        "note": words.say("note", number=answered.number, day=day_in_words(day, answered.language)),
        "date": day.isoformat(),
        "page_words": [words.say("page"), words.say("of")],
        "told": [{"title": words.say(f"headings.{name}"), "lines": list(lines)} for name, lines in answered.told.items() if lines],
        "tables": shown,
    }
    return render("copy", content)


def as_linked_data(copy: Copy) -> bytes:
    """Return who the person is as a `Person` of schema.org, in JSON-LD."""
    profile = profile_of(copy)
    person: dict[str, Any] = {"@context": "https://schema.org", "@type": "Person"}
    person |= {name: profile[field] for field, name in _PERSON.items() if profile.get(field)}
    numbers = [profile[name] for name in ("phone", "mobile") if profile.get(name)]
    if numbers:
        person["telephone"] = numbers
    address = {name: profile[field] for field, name in _ADDRESS.items() if profile.get(field)}
    if address:
        person["address"] = {"@type": "PostalAddress", **address}
    if company := _company_of(copy):
        person["worksFor"] = {"@type": "Organization", "name": company}
    return json.dumps(person, ensure_ascii=False, indent=1).encode()


def profile_of(copy: Copy) -> dict[str, str]:
    """Return the fields of the person, the first filled one of several entries."""
    profile: dict[str, str] = {}
    for row in copy.rows("contact"):
        for said in row.values():
            if isinstance(said, Mapping):
                profile = {**{name: str(value) for name, value in said.items()}, **profile}
    profile.pop("origin", None)
    return profile


def _company_of(copy: Copy) -> str:
    own = [row["sealed_details"].get("name", "") for row in copy.rows("company") if isinstance(row.get("sealed_details"), Mapping)]
    return next((each for each in [*(str(row.get("company", "")) for row in copy.rows("contact")), *own] if each), "")


def _named(row: Record) -> Record:
    return {column_name(name): said for name, said in row.items()}


def _consultation(each: Any) -> dict[str, Any]:
    said = {"at": each.at.isoformat(), "action": each.action, "purpose": each.purpose, "basis": each.basis, "kind": each.kind}
    said |= {"groups": list(each.groups), "people": each.people, "result": each.result, "details": each.details}
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _table(words: Words, title: str, rows: Sequence[str], count: int) -> dict[str, Any]:
    more = words.say("more_rows", count=count - len(rows)) if count > len(rows) else ""
    return {"title": f"{title} ({count})", "rows": list(rows), "more": more}


def _sentence(words: Words, row: Record) -> str:
    return " · ".join(f"{words.column(column_name(name))}: {words.value(said)}" for name, said in sorted(_filled(row), key=_rank))


def _filled(row: Record) -> Iterator[tuple[str, Any]]:
    return ((name, said) for name, said in row.items() if said not in ("", [], {}))


def _rank(column: tuple[str, Any]) -> int:
    """Put what people said first, then when and how, and numbers of rows last; the order within is that of the table."""
    name = column[0]
    return 0 if name.startswith("sealed_") else 2 if name == "id" or name.endswith("_id") else 1


def _in_words(words: Words, each: Any) -> str:
    parts = [each.at.strftime("%Y-%m-%d %H:%M UTC"), words.action(each.action)]
    if each.purpose:
        parts.append(f"{words.column('purpose')}: {words.value(each.purpose)}")
    if each.groups:
        parts.append(", ".join(words.value(group) for group in each.groups))
    if each.people is not None:
        parts.append(words.say("list", count=each.people))
    if each.details:
        parts.append(words.value(each.details))
    return " · ".join(parts)
