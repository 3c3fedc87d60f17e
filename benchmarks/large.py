"""The house of a large company: 100 000 people, 20 000 companies, 50 000 deals and 200 000 invoices, brought in as files are."""

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.ground import IMPORTER, NOW, STAFF, people
from crm.actor import Role
from crm.runtime import Runtime
from crm.search import IndexBuilder
from crm.services import directory
from crm.services.accounts.demo import InventedAccount, add_invented
from crm.services.imports.export import Export
from crm.services.imports.importing import Importer
from crm.services.imports.salesforce import read_salesforce
from crm.services.imports.spreadsheet import read_mapping, read_spreadsheet
from crm.services.imports.terms import Migration, Terms, find_terms

PEOPLE: Final = 100_000
_COMPANIES_PER_PERSON, _DEALS_PER_PERSON, _INVOICES_PER_PERSON = 0.2, 0.5, 2
_STAGES: Final = ("Qualification", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Won", "Closed Lost")
_PRODUCTS: Final = ("Wartung", "Pumpen", "Ersatzteile")
_BRANCHES: Final = ("Maschinenbau", "Handel", "Chemie", "Gesundheit", "Bau")
_PLACE: Final = ("Kassel", "34117", "Deutschland")
_TODAY: Final = NOW.date()
_MAPPING: Final = """kind = "invoice"
[columns]
Nummer = "number"
Firma = "company_name"
Mail = "email"
Datum = "issued_on"
Termin = "due_on"
Netto = "net"
Brutto = "gross"
Bezahlt = "paid"
Mahnstufe = "dunning_level"
"""


def fill(runtime: Runtime, *, number: int = PEOPLE) -> None:
    """Bring in so many people with what belongs to them, an account for each role, and build the search index."""
    with runtime.database.writing() as session:
        for role in Role:
            add_invented(session, _account(role), actor=IMPORTER, now=NOW)
    with TemporaryDirectory(prefix="lethe-bench-") as made:
        folder, invoices = Path(made) / "salesforce", Path(made) / "invoices"
        for each in (folder, invoices):
            each.mkdir()
        _write_salesforce(folder, number)
        _write_invoices(invoices, number)
        terms = _terms(runtime, "business_contact", STAFF.email)
        _take_in(runtime, read_salesforce(folder, groups=terms.purpose.groups, now=runtime.clock.now()), terms)
        terms = _terms(runtime, "service", None)
        mapping = read_mapping(invoices / "mapping.toml")
        export = read_spreadsheet(
            invoices / "invoices.csv", mapping=mapping, groups=terms.purpose.groups, custom=(), now=runtime.clock.now()
        )
        _take_in(runtime, export, terms)
    directory.build(runtime.database, IndexBuilder(runtime.place), clock=runtime.clock, progress=lambda _done, _total: None)


def _account(role: Role) -> InventedAccount:
    if role is Role.SALES:
        return STAFF
    return InventedAccount(
        email=f"{role}@example.com", name=f"{role} Bench", roles=[role], password=STAFF.password, totp_secret=STAFF.totp_secret
    )


def _terms(runtime: Runtime, purpose: str, owner: str | None) -> Terms:
    with runtime.database.reading() as session:
        return find_terms(session, purpose=purpose, migration=Migration.OWN, owner=owner, actor=IMPORTER)


def _take_in(runtime: Runtime, export: Export, terms: Terms) -> None:
    importer = Importer(runtime.database, export, terms=terms, settings=runtime.settings, clock=runtime.clock)
    importer.finish(importer.apply(progress=lambda _rows: None))


def company_name(each: int) -> str:
    """Return the name of a company; there are no two alike."""
    return f"{_BRANCHES[each % len(_BRANCHES)]} Werk {each} GmbH"


def _write_salesforce(folder: Path, number: int) -> None:
    companies = max(int(number * _COMPANIES_PER_PERSON), 1)
    _write(
        folder / "Account.csv",
        "Id Name Industry BillingStreet BillingCity BillingPostalCode BillingCountry Phone CreatedDate",
        (
            [_id("001", each), company_name(each), _BRANCHES[each % 5], f"Werkstraße {each}", *_PLACE, f"+49 561 {each:07d}", _moment(each)]
            for each in range(companies)
        ),
    )
    _write(
        folder / "Contact.csv",
        "Id AccountId Salutation FirstName LastName Email Phone MobilePhone MailingStreet MailingCity MailingPostalCode MailingCountry "
        "Title LeadSource CreatedDate LastActivityDate",
        (
            [_id("003", each), _id("001", each % companies), fields["salutation"], fields["first_name"], fields["last_name"]]
            + [fields[name] for name in ("email", "phone", "mobile", "street", "city", "postal_code", "country", "position")]
            + ["Messe", _moment(each), str(_TODAY - timedelta(days=each % 600))]
            for each, fields in enumerate(people(0, number))
        ),
    )
    _write(
        folder / "Opportunity.csv",
        "Id AccountId Name StageName Amount Probability CloseDate CreatedDate Product__c LastModifiedDate",
        (_opportunity(each, companies) for each in range(int(number * _DEALS_PER_PERSON))),
    )


def _opportunity(each: int, companies: int) -> list[Any]:
    chance = random.Random(each)
    stage = chance.choice(_STAGES)
    days = chance.randrange(-720, 0) if stage.startswith("Closed") else chance.randrange(0, 200)
    closes = _TODAY + timedelta(days=days)
    begun = min(closes, _TODAY) - timedelta(days=chance.randrange(10, 120))
    whose = [_id("006", each), _id("001", chance.randrange(companies)), f"Vorhaben {each}"]
    return [*whose, stage, chance.randrange(500, 90_000), 40, closes, f"{begun}T08:00:00.000+0000", chance.choice(_PRODUCTS), _moment(each)]


def _write_invoices(folder: Path, number: int) -> None:
    companies = max(int(number * _COMPANIES_PER_PERSON), 1)
    addresses = [fields["email"] for fields in people(0, min(number, 20_000))]
    (folder / "mapping.toml").write_text(_MAPPING, encoding="utf-8")
    rows = (_invoice(each, companies, addresses) for each in range(int(number * _INVOICES_PER_PERSON)))
    _write(folder / "invoices.csv", "Nummer Firma Mail Datum Termin Netto Brutto Bezahlt Mahnstufe", rows)


def _invoice(each: int, companies: int, addresses: list[str]) -> list[Any]:
    chance = random.Random(-each)
    issued = _TODAY - timedelta(days=chance.randrange(1, 720))
    gross = chance.randrange(2_000, 900_000) / 100
    is_paid = chance.random() < 0.9
    whom = ["", addresses[each % len(addresses)]] if each % 10 == 0 else [company_name(chance.randrange(companies)), ""]
    net = f"{gross / 1.19:.2f}".replace(".", ",")
    paid = f"{gross:.2f}".replace(".", ",")
    return [f"RE-{each:07d}", *whom, _german(issued), _german(issued + timedelta(days=14)), net, paid, paid if is_paid else "0,00", 0]


def _german(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _moment(each: int) -> str:
    return f"2025-{each % 12 + 1:02d}-{each % 28 + 1:02d}T09:42:24.000+0000"


def _id(prefix: str, each: int) -> str:
    return f"{prefix}{each:012d}AAA"


def _write(path: Path, header: str, rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header.split())
        writer.writerows(rows)
