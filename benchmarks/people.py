"""Insert and read people: Lethe against the plaintext baseline, in turns within one run."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import plaintext
from benchmarks.ground import NOW, SALES, collect, installed, seconds
from crm.models.contact import SEALED_COLUMN
from crm.privacy import disclosure, purposes
from crm.runtime import Runtime

ROUNDS = 5


def measure(number: int = 2_400, page: int = 1_000) -> dict[str, Any]:
    """Return the ratios Lethe ÷ plaintext of inserting and reading, as medians of interleaved rounds."""
    with installed() as runtime, tempfile.TemporaryDirectory(prefix="lethe-bench-") as folder:
        plain = plaintext.make(Path(folder))
        inserted: list[tuple[float, float]] = []
        read: list[tuple[float, float, float]] = []
        collect(runtime, 10_000_000, 240)  # warm up
        plaintext.insert(plain, 10_000_000, 240)
        for round_ in range(ROUNDS):
            ids: dict[str, list[str]] = {}
            start = round_ * number
            sealed = seconds(lambda: ids.update(sealed=collect(runtime, start, number)))
            unsealed = seconds(lambda: ids.update(plain=plaintext.insert(plain, start, number)))
            inserted.append((sealed, unsealed))
            read.append(
                (
                    seconds(lambda: _open(runtime, ids["sealed"][:page])),
                    seconds(lambda: plaintext.read(plain, ids["plain"][:page])),
                    seconds(lambda: _through_the_door(runtime, ids["sealed"][:page])),
                )
            )
        plain.dispose()
    return {
        "people_per_round": number,
        "rounds": ROUNDS,
        "insert_ratio": statistics.median(a / b for a, b in inserted),
        "insert_per_second": number / statistics.median(a for a, _ in inserted),
        "plaintext_insert_per_second": number / statistics.median(b for _, b in inserted),
        "read_ratio": statistics.median(a / b for a, b, _ in read),
        "read_microseconds": statistics.median(a for a, _, _ in read) / page * 1e6,
        "plaintext_read_microseconds": statistics.median(b for _, b, _ in read) / page * 1e6,
        "read_through_the_door_ratio": statistics.median(c / b for _, b, c in read),
    }


def _open(runtime: Runtime, ids: list[str]) -> None:
    """Open all fields, with keys that have to be read first; neither checks nor an entry."""
    runtime.vault.close()
    with runtime.database.reading() as session:
        opened = disclosure._open_contacts(session, ids, tuple(SEALED_COLUMN))
        assert len(opened) == len(ids)


def _through_the_door(runtime: Runtime, ids: list[str]) -> None:
    """Open all fields that the purpose allows, with every check and the entry in the ledger."""
    with runtime.database.reading() as session:
        purpose = purposes.find_all(session).get("business_contact")
        people = disclosure.open_people(session, subject_ids=ids, groups=purpose.groups, purpose=purpose, actor=SALES, now=NOW)
        assert len(people) == len(ids)
