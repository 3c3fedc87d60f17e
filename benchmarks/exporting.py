"""An export of 10 000 people: asked for, agreed to, made, and fetched as a file."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.ground import IMPORTER, NOW, STAFF, collect, installed, seconds
from crm.actor import Actor, Role
from crm.models.account import Account
from crm.privacy import purposes
from crm.privacy.purposes import Purpose
from crm.runtime import Runtime
from crm.search import IndexBuilder
from crm.services import directory
from crm.services.accounts.demo import PASSWORD, InventedAccount, add_invented
from crm.services.contacts.listing import ContactFilter
from crm.services.exports import deciding, fetching, making, requesting
from crm.services.exports.fetching import Fetched
from crm.services.exports.requesting import ExportWish
from crm.services.forms import SentForm, new_form_token

COLUMNS = ("first_name", "last_name", "email", "street", "postal_code", "city")
_COORDINATOR = InventedAccount(
    email="second@example.com", name="C. Bench", roles=[Role.PRIVACY], password=PASSWORD, totp_secret=STAFF.totp_secret
)


@dataclass
class _Export:
    """One export on its way; the agreement of the second person is counted, their time to think is not."""

    runtime: Runtime
    purpose: Purpose
    seller: Actor
    coordinator: Actor
    export_id: str = ""
    size: int = 0

    def ask(self) -> None:
        wish = ExportWish(selection=ContactFilter(), columns=COLUMNS, reason="Invitation to the fair, for the printers")
        form = SentForm(new_form_token(), {})
        with self.runtime.database.writing() as session:
            file = requesting.request(session, wish=wish, form=form, purpose=self.purpose, actor=self.seller, now=NOW)
            self.export_id = file.id
        with self.runtime.database.writing() as session:
            deciding.approve(session, export_id=self.export_id, actor=self.coordinator, now=NOW)

    def make(self) -> None:
        making.make(self.runtime.database, export_id=self.export_id, settings=self.runtime.settings, clock=lambda: NOW)

    def fetch(self) -> None:
        with self.runtime.database.reading() as session:
            fetched: Fetched = fetching.fetch(session, export_id=self.export_id, actor=self.seller, now=NOW)
        self.size = len(fetching.as_csv(fetched, titles={name: name for name in COLUMNS}).splitlines()) - 1


def measure(number: int = 10_000) -> dict[str, Any]:
    """Return seconds of asking, making and fetching a file, each with its entries, and of all three."""
    with installed(demo=True) as runtime:
        collect(runtime, 0, number)
        directory.build(runtime.database, IndexBuilder(runtime.place), clock=runtime.clock, progress=lambda _done, _total: None)
        export = _Export(runtime, *_ground(runtime))
        asked, made, fetched = (seconds(step) for step in (export.ask, export.make, export.fetch))
        if export.size != number:
            raise RuntimeError(f"{export.size} of {number} people are in the file")
    return {"people": number, "ask_seconds": asked, "make_seconds": made, "fetch_seconds": fetched, "all_seconds": asked + made + fetched}


def _ground(runtime: Runtime) -> tuple[Purpose, Actor, Actor]:
    with runtime.database.writing() as session:
        asks, decides = _employ(session, STAFF, Role.SALES), _employ(session, _COORDINATOR, Role.PRIVACY)
        return purposes.find_all(session).get("business_contact"), asks, decides


def _employ(session: Session, invented: InventedAccount, role: Role) -> Actor:
    account: Account = add_invented(session, invented, actor=IMPORTER, now=NOW)
    return Actor(account.pseudonym, frozenset({role}), role)
