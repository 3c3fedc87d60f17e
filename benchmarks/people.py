"""Insert and read people: Lethe against the plaintext baseline, in turns within one run."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks import plaintext
from benchmarks.ground import NOW, SALES, collect, cpu_seconds, installed
from crm.models.contact import SEALED_COLUMN
from crm.privacy import disclosure, purposes
from crm.runtime import Runtime

ROUNDS = 5
Pair = tuple[float, float]


def measure(number: int = 2_400, page: int = 1_000) -> dict[str, Any]:
    """Return the ratios Lethe ÷ plaintext of inserting and reading, as medians of interleaved rounds.

    Processor time, not time on the clock: the ratio then says the same on a busy machine. `read_ratio` is with keys in
    memory, `read_with_cold_keys_ratio` when every key has to be fetched and unwrapped first.
    """
    with installed() as runtime, tempfile.TemporaryDirectory(prefix="lethe-bench-") as folder:
        plain = plaintext.make(Path(folder))
        inserted: list[Pair] = []
        read: list[tuple[float, ...]] = []
        collect(runtime, 10_000_000, 240)  # warm up
        plaintext.insert(plain, 10_000_000, 240)
        for round_ in range(ROUNDS):
            _measure_round(runtime, plain, round_ * number, number, page, inserted, read)
        plain.dispose()
    return {
        "people_per_round": number,
        "rounds": ROUNDS,
        "insert_ratio": statistics.median(a / b for a, b in inserted),
        "insert_per_cpu_second": number / statistics.median(a for a, _ in inserted),
        "plaintext_insert_per_cpu_second": number / statistics.median(b for _, b in inserted),
        "read_ratio": statistics.median(warm / plainly for warm, plainly, _, _ in read),
        "read_with_cold_keys_ratio": statistics.median(cold / plainly for _, plainly, cold, _ in read),
        "read_through_the_door_ratio": statistics.median(door / plainly for _, plainly, _, door in read),
        "read_microseconds": statistics.median(warm for warm, *_ in read) / page * 1e6,
        "plaintext_read_microseconds": statistics.median(plainly for _, plainly, *_ in read) / page * 1e6,
    }


def _measure_round(
    runtime: Runtime, plain: Engine, start: int, number: int, page: int, inserted: list[Pair], read: list[tuple[float, ...]]
) -> None:
    ids: dict[str, list[str]] = {}
    sealed = cpu_seconds(lambda: ids.update(sealed=collect(runtime, start, number)))
    unsealed = cpu_seconds(lambda: ids.update(plain=plaintext.insert(plain, start, number)))
    inserted.append((sealed, unsealed))
    sealed_ids, plain_ids = ids["sealed"][:page], ids["plain"][:page]
    for _ in range(ROUNDS):
        runtime.vault.close()
        cold = cpu_seconds(lambda: _open(runtime, sealed_ids))
        warm = cpu_seconds(lambda: _open(runtime, sealed_ids))
        plainly = cpu_seconds(lambda: plaintext.read(plain, plain_ids))
        read.append((warm, plainly, cold, cpu_seconds(lambda: _through_the_door(runtime, sealed_ids))))


def _open(runtime: Runtime, ids: list[str]) -> None:
    """Open all fields; neither checks nor an entry."""
    with runtime.database.reading() as session:
        opened = disclosure.open_groups(session, ids, SEALED_COLUMN)
    if len(opened) != len(ids):
        raise RuntimeError("not everybody was read")


def _through_the_door(runtime: Runtime, ids: list[str]) -> None:
    """Open all fields that the purpose allows, with every check and the entry in the ledger."""
    with runtime.database.reading() as session:
        purpose = purposes.find_all(session).get("business_contact")
        people = disclosure.open_people(session, subject_ids=ids, groups=purpose.groups, purpose=purpose, actor=SALES, now=NOW)
    if len(people) != len(ids):
        raise RuntimeError("not everybody was read")
