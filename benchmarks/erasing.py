"""How long it takes from the order of an erasure until nothing of the person is left, among 20 000 people on SQLite."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from benchmarks.ground import BATCH, IMPORTER, NOW, SALES, collect, cpu_seconds, installed, percentile, seconds
from crm.models.erasure import ErasureCause
from crm.privacy import disclosure, purposes
from crm.privacy.erasure import eraser, job
from crm.runtime import Runtime

PEOPLE = 20_000


def measure(erased: int = 200, number: int = PEOPLE) -> dict[str, Any]:
    """Return how long single erasures take, everything durable, with all the people listed in the log and the log sealed.

    Each is timed from the order to the last commit: rights journal and tombstones, the key out of every file of the key
    store, values, look-ups, list salts, three entries of the log, and an empty write-ahead log.
    """
    with installed() as runtime:
        ids = collect(runtime, 0, number)
        _list_everybody(runtime, ids)
        runtime.make_sealer().seal_all(runtime.database, clock=runtime.clock.now)
        chosen = ids[:: number // erased][:erased]
        times = [seconds(partial(_erase, runtime, each)) for each in chosen]
        worked = cpu_seconds(lambda: _erase_each(runtime, ids[2 :: number // erased][:erased]))
        together = ids[1 :: number // erased][:erased]
        batch = seconds(lambda: _erase(runtime, *together))
    return {
        "people": number,
        "erased": len(times),
        "p50_ms": percentile(times, 50) * 1e3,
        "p95_ms": percentile(times, 95) * 1e3,
        "longest_ms": max(times) * 1e3,
        "processor_ms": worked / erased * 1e3,
        "in_one_run_ms_each": batch / len(together) * 1e3,
    }


def _erase(runtime: Runtime, *subject_ids: str) -> None:
    with runtime.database.writing() as session:
        for subject_id in subject_ids:
            job.order(session, subject_id=subject_id, cause=ErasureCause.REQUEST, rule=None, case_id=None, actor=IMPORTER, now=NOW)
    if eraser.finish(runtime.database, vault=runtime.vault, clock=lambda: NOW) != len(subject_ids):
        raise RuntimeError("not everybody was erased")


def _erase_each(runtime: Runtime, subject_ids: list[str]) -> None:
    for each in subject_ids:
        _erase(runtime, each)


def _list_everybody(runtime: Runtime, ids: list[str]) -> None:
    """Show everybody in a list, so that each person has salts in the log."""
    for page in _pages(ids):
        with runtime.database.reading() as session:
            purpose = purposes.find_all(session).get("business_contact")
            disclosure.open_people(session, subject_ids=page, groups=purpose.groups, purpose=purpose, actor=SALES, now=NOW)


def _pages(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
