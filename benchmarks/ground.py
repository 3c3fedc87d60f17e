"""What the benchmarks stand on: an installation on a real disk, invented people, and honest statistics."""

import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crm import garbage
from crm.actor import Actor, Role, system_actor
from crm.privacy import collection, purposes
from crm.privacy.collection import NewPerson, Notice, SourceKey
from crm.runtime import Runtime
from crm.search.stay import Stay
from crm.services import installation
from crm.services.accounts.demo import PASSWORD, InventedAccount
from crm.settings import Settings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SALES = Actor("5" * 32, frozenset({Role.SALES}), Role.SALES)
IMPORTER = system_actor("benchmark")
STAFF = InventedAccount(
    email="bench@example.com",
    name="B. Bench",
    roles=[Role.SALES],
    password=PASSWORD,
    totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",  # noqa: S106 - of an invented account
)
_RAM = Path("/dev/shm")  # noqa: S108 - a RAM disk, private by mode 0700
BATCH = 120
_FIRST = "Anna Ben Clara David Emil Frieda Greta Hannes Ida Jonas Karla Leo Mira Nils Olga Paul Rosa Sven Thea Uwe".split()
_LAST = "Adler Brandt Conrad Dorn Ebert Falk Gärtner Hübner Iversen Jäger Krüger Lorenz Möller Nolte Otto Pohl Richter Sauer Vogt".split()
_CITIES = "Kassel Fulda Gießen Marburg Hanau Bremen Emden Husum Jena Gera".split()


def people(start: int, number: int) -> Iterator[dict[str, str]]:
    """Yield the fields of invented people, the same ones every time."""
    for each in range(start, start + number):
        chance = random.Random(each)
        first, last = chance.choice(_FIRST), f"{chance.choice(_LAST)}-{chance.choice(_LAST)}"
        yield {
            "salutation": "Frau",
            "first_name": first,
            "last_name": last,
            "email": f"person{each}@firma{each % 997}.example",
            "phone": f"+49 561 {1_000_000 + each}",
            "mobile": f"+49 171 {1_000_000 + each}",
            "street": f"{chance.choice(_LAST)}weg {each % 120 + 1}",
            "postal_code": f"{10_000 + each % 89_999}",
            "city": chance.choice(_CITIES),
            "country": "Deutschland",
            "position": "Einkauf",
            "department": "Technik",
        }


@contextmanager
def installed(*, demo: bool = False) -> Iterator[Runtime]:
    """Lay the ground of an installation in a folder on the disk, its index on the RAM disk, and open it."""
    with tempfile.TemporaryDirectory(prefix="lethe-bench-", ignore_cleanup_errors=True) as made, _folder_in_ram() as index_dir:
        settings = Settings(data_dir=Path(made) / "installation", demo=demo, index_dir=index_dir)
        installation.lay_ground(settings)
        runtime = Runtime.open(settings)
        garbage.search_less()  # as every process of the product does
        runtime.vault.prepare()
        with runtime.database.writing() as session:
            purposes.load_initial(session, actor=IMPORTER, now=NOW)
        try:
            yield runtime
        finally:
            runtime.close()


@contextmanager
def _folder_in_ram() -> Iterator[Path]:
    """Give a folder that is named like an index, so that a worker sweeps it if this run is killed."""
    stay = Stay(_RAM / f"lethe-bench-{secrets.token_hex(6)}")
    try:
        yield stay.folder
    finally:
        stay.end()


def collect(runtime: Runtime, start: int, number: int, *, code: str = "business_contact", silent: timedelta = timedelta()) -> list[str]:
    """Take in invented people through the door, in batches as an import does, and return their ids.

    Args:
        silent: how much longer ago their last contact was.
    """
    ids: list[str] = []
    for first in range(start, start + number, BATCH):
        with runtime.database.writing_in_bulk() as session:
            purpose = purposes.find_all(session).get(code)
            batch = [
                NewPerson(
                    fields=fields,
                    purposes=[purpose],
                    origin="Messe",
                    notice=Notice.EARLIER,
                    collected_at=NOW - timedelta(days=30) - silent,
                    last_contact_at=NOW - timedelta(days=each % 600) - silent,
                    source=SourceKey(system="benchmark", record_id=f"r{first + each}"),
                )
                for each, fields in enumerate(people(first, min(BATCH, start + number - first)))
            ]
            outcomes = collection.collect_many(session, people=batch, actor=IMPORTER, now=NOW)
        ids += [outcome.subject_id for outcome in outcomes if outcome.subject_id]
    return ids


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return how much processor time a call takes in this process."""
    start = time.process_time()
    call()
    return time.process_time() - start


def percentile(values: list[float], share: int) -> float:
    """Return the value below which `share` per cent of the values are."""
    return statistics.quantiles(values, n=100)[share - 1]
