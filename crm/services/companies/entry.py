"""Companies come in and change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import new_id, sort_key
from crm.errors import InvalidInputError, NotFoundError
from crm.models.company import COMPANY_FIELDS, Company, CompanyKind
from crm.models.contact import Contact
from crm.privacy import audit, collection, indexing, plain_columns, sealing, sole_trader
from crm.privacy.actions import Action
from crm.privacy.collection import Collected, NewPerson
from crm.privacy.errors import StaleVersionError, SuppressedError
from crm.privacy.purposes import Purpose
from crm.services.contacts.fields import LONGEST, clean_line, clean_segment
from crm.web_address import find_host

SHORT_FIELDS: Final = {"postal_code": 20, "city": 100, "country": 60, "phone": 40}  # characters; as long as the columns are


class WebsiteError(InvalidInputError):
    """Not the address of a website; `javascript:` would be a trap for whoever clicks it."""

    message = "Das ist keine Adresse einer Website. Schreiben Sie sie zum Beispiel so: www.example.com oder https://www.example.com."


class CompanyNameMissingError(InvalidInputError):
    """A company needs a name."""

    message = "Bitte geben Sie den Namen der Firma an."


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyEntry:
    """What somebody typed into the form: the fields of `COMPANY_FIELDS`, and what the company belongs to.

    Attributes:
        parent_id: of a legal person alone; chosen by `hierarchy.choose_parent`.
    """

    fields: Mapping[str, str]
    parent_id: str | None = None
    segment: str | None = None
    owner_id: str | None = None


def find_company(session: Session, *, company_id: str) -> Company | None:
    """Return a company, or None where there is none."""
    return session.get(Company, company_id)


def get_company(session: Session, *, company_id: str) -> Company:
    """Return a company.

    Raises:
        NotFoundError: there is none.
    """
    company = session.get(Company, company_id)
    if company is None:
        raise NotFoundError
    return company


def create(session: Session, *, entry: CompanyEntry, actor: Actor, now: datetime) -> str:
    """Take in a company that is a legal person and return its id.

    Raises:
        InvalidInputError: what was typed cannot be taken.
    """
    return create_many(session, entries=[entry], actor=actor, now=now)[0]


def create_many(session: Session, *, entries: Sequence[CompanyEntry], actor: Actor, now: datetime) -> list[str]:
    """Take in companies that are legal persons and return their ids, in order.

    Raises:
        InvalidInputError: one of them cannot be taken; then none was.
    """
    rows = [
        {
            **_row(entry, now),
            **_columns(clean(entry.fields)),
            "kind": CompanyKind.LEGAL_PERSON,
            "subject_id": None,
            "parent_id": entry.parent_id,
        }
        for entry in entries
    ]
    if rows:
        session.execute(insert(Company), [plain_columns.sealed(session, Company, row) for row in rows])
        audit.record_all(session, [audit.Entry(action=Action.COMPANY_CREATED, kind="company") for _ in rows], actor=actor, now=now)
    return [row["id"] for row in rows]


def create_sole_trader(session: Session, *, entry: CompanyEntry, person: NewPerson, actor: Actor, now: datetime) -> str:
    """Take in a company that is a natural person, together with that person, and return the company's id.

    Source: Art. 4(1) DSGVO: the record is personal data and is sealed.

    Raises:
        SuppressedError: the address must not get advertising, and there is no other purpose.
    """
    company_id = create_sole_traders(session, traders=[SoleTrader(entry, person)], actor=actor, now=now)[0].company_id
    if company_id is None:
        raise SuppressedError
    return company_id


@dataclass(frozen=True, slots=True)
class SoleTrader:
    """A company that is a natural person, and that person."""

    entry: CompanyEntry
    person: NewPerson


@dataclass(frozen=True, slots=True)
class CreatedTrader:
    """What became of a sole trader; no company when the person was not taken in."""

    company_id: str | None
    collected: Collected


def create_sole_traders(session: Session, *, traders: Sequence[SoleTrader], actor: Actor, now: datetime) -> list[CreatedTrader]:
    """Take in companies that are natural persons, each together with that person, in order.

    Raises:
        InvalidInputError: one of them cannot be taken; then none was.
    """
    details = [{name: value for name, value in clean(trader.entry.fields).items() if value} for trader in traders]
    collected = collection.collect_many(session, people=[trader.person for trader in traders], actor=actor, now=now)
    rows: list[dict[str, Any]] = []
    created: list[CreatedTrader] = []
    for trader, fields, each in zip(traders, details, collected, strict=True):
        if each.subject_id is None:
            created.append(CreatedTrader(None, each))
            continue
        row = _row(trader.entry, now)
        sealed = sealing.seal_fields(session, sealing.company_place(each.subject_id, row["id"]), fields)
        rows.append({**row, "kind": CompanyKind.NATURAL_PERSON, "subject_id": each.subject_id, "sealed_details": sealed})
        created.append(CreatedTrader(row["id"], each))
    if rows:
        _write_sole_traders(session, rows, actor, now)
    return created


def _write_sole_traders(session: Session, rows: list[dict[str, Any]], actor: Actor, now: datetime) -> None:
    session.execute(insert(Company), [plain_columns.sealed(session, Company, {**dict.fromkeys(COMPANY_FIELDS), **row}) for row in rows])
    for row in rows:
        plain_columns.change(session, Contact, row["subject_id"], {"company_id": row["id"]})
    entries = [
        audit.Entry(action=Action.COMPANY_CREATED, subject_id=row["subject_id"], kind="company", sealed=(row["sealed_details"],))
        for row in rows
    ]
    audit.record_all(session, entries, actor=actor, now=now)
    indexing.announce_changed(session, [row["subject_id"] for row in rows], now=now)


def _row(entry: CompanyEntry, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "segment": clean_segment(entry.segment),
        "owner_id": entry.owner_id,
        "created_at": now,
        "changed_at": now,
        "version": 1,
    }


def change(
    session: Session, *, company_id: str, entry: CompanyEntry, purpose: Purpose, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Change a company.

    Raises:
        StaleVersionError: somebody else changed it since it was opened.
        InvalidInputError: what was typed cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError …: as the door says, for a sole trader.
    """
    company = get_company(session, company_id=company_id)
    fields = clean(entry.fields)
    sealed: tuple[bytes, ...] = ()
    if company.kind == CompanyKind.NATURAL_PERSON:
        sealed = (sole_trader.reseal(session, company=company, fields=fields, purpose=purpose, actor=actor, now=now),)
    values: dict[str, object] = {"sealed_details": sealed[0]} if sealed else {**_columns(fields), "parent_id": entry.parent_id}
    values |= {"segment": clean_segment(entry.segment), "owner_id": entry.owner_id, "changed_at": now, "version": expected_version + 1}
    if not plain_columns.change(session, Company, company_id, values, Company.version == expected_version):
        raise StaleVersionError
    audit.record(session, Action.COMPANY_CHANGED, actor=actor, now=now, kind="company", subject_id=company.subject_id, sealed=sealed)
    people = session.scalars(select(Contact.subject_id).where(Contact.company_id == company_id)).all()
    indexing.announce_changed(session, list(people), now=now)


def _columns(fields: Mapping[str, str]) -> dict[str, str | bytes | None]:
    """Return the readable columns of a legal person; the name comes with the key it is sorted by."""
    return {name: fields.get(name) or None for name in COMPANY_FIELDS} | {"sort_key": sort_key(fields["name"])}


def longest_of(name: str) -> int:
    """Return how many characters a field of a company may have."""
    return SHORT_FIELDS.get(name, LONGEST)


def clean(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a company trimmed and checked; those that were not asked for are absent.

    Raises:
        CompanyNameMissingError, WebsiteError, InvalidInputError: what was typed cannot be taken.
    """
    cleaned = {name: clean_line(fields[name], field=name, longest=longest_of(name)) for name in COMPANY_FIELDS if name in fields}
    if not cleaned.get("name"):
        raise CompanyNameMissingError(field="name")
    if cleaned.get("website"):
        cleaned["website"] = clean_website(cleaned["website"])
    return cleaned


def clean_website(line: str) -> str:
    """Return the address with its scheme; a bare host gets https.

    Raises:
        WebsiteError, FieldTooLongError: it leads to no website, or would do something else than lead there.
    """
    address = line if "://" in line else f"https://{line}"
    host = find_host(address) or ""
    if host != "localhost" and ("." not in host.strip(".") or ":" in host):  # a word alone is a slip, a number in the long form no site
        raise WebsiteError(field="website")
    return clean_line(address, field="website", longest=longest_of("website"))
