"""How fast a run of the Löschkonzept forgets, and that its cost follows who goes and not who stays; on SQLite, everything durable."""

import statistics
from datetime import timedelta
from typing import Any

from benchmarks.ground import IMPORTER, NOW, collect, installed, seconds
from crm.models.retention import RunState
from crm.privacy.erasure import guard, run

DUE = 2_000
KEPT = (5_000, 20_000)
ROUNDS = 5
_LONG_AGO = timedelta(days=1_000)


def measure(number: int = DUE) -> dict[str, Any]:
    """Return how many due people go per second among few and among many who stay, from the start of the run to its last entry.

    Few and many take turns, and medians are compared: a run takes two seconds, in which a shared machine can be twice as slow.
    """
    rounds = [{kept: _run(number, kept) for kept in KEPT} for _ in range(ROUNDS)]
    took = {kept: statistics.median(each[kept] for each in rounds) for kept in KEPT}
    few, many = (took[kept] for kept in KEPT)
    return {
        "due": number,
        **{f"seconds_among_{kept}": taken for kept, taken in took.items()},
        "people_per_second": number / many,
        "many_to_few": many / few,
    }


def _run(number: int, kept: int) -> float:
    with installed() as runtime:
        collect(runtime, 0, kept)
        collect(runtime, kept, number, code="precontract_request", silent=_LONG_AGO)
        runtime.make_sealer().seal_all(runtime.database, clock=runtime.clock.now)
        reports = [run.run_for(runtime.database, vault=runtime.vault, day=NOW.date(), clock=lambda: NOW)]
        with runtime.database.writing() as session:
            guard.confirm(session, run_id=None, actor=IMPORTER, now=NOW)  # so many are unusual
        taken = seconds(lambda: reports.append(run.run_for(runtime.database, vault=runtime.vault, day=NOW.date(), clock=lambda: NOW)))
        if reports[-1].state is not RunState.DONE or sum(reports[-1].counts.values()) != number:
            raise RuntimeError("not everybody who is due was forgotten")
        return taken
