"""The search index under two processes of the site and a worker, among 20 000 people, measured from outside over HTTP."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from benchmarks.ground import IMPORTER, NOW, STAFF, collect, installed, percentile, seconds
from benchmarks.running import left_in, processor_seconds, running, wait_for
from benchmarks.visitor import Visitor, listed
from crm.runtime import Runtime
from crm.services.accounts import second_factor
from crm.services.accounts.demo import add_invented

_WORDS = (
    "gärtner muller Hübner-Voigt anna firma77 person123 kassel giessen gä m ri brandt-adler richtre grieta person19999@firma59.example "
    "krüger lorenz weg"
).split()
_LISTS = ("/contacts", "/contacts?sort=-name", "/contacts?sort=activity", "/contacts?sort=-activity")


def measure(people: int = 20_000, edits: int = 100, rounds: int = 200) -> dict[str, Any]:
    """Return how long an edit takes to be found through the other process, and the times of list and search.

    Raises:
        RuntimeError: the processes answer differently, or the index outlives them.
    """
    with installed() as runtime:
        ids = collect(runtime, 0, people)
        with runtime.database.writing() as session:
            add_invented(session, STAFF, actor=IMPORTER, now=NOW)
        with running(runtime) as site:
            visitors = _sign_in(site.port, site.site_processes())
            compared = _require_same_answers(*visitors)
            waits = _edit_in_turns(*visitors, random.Random(1).sample(ids, edits))
            times = _times_of_pages(*visitors, rounds)
            for visitor in visitors:
                visitor.close()
        _require_nothing_left(runtime)
    return {
        "people": people,
        "answers_compared": compared,
        "edits": edits,
        "edit_found_p50_ms": statistics.median(waits) * 1e3,
        "edit_found_longest_ms": max(waits) * 1e3,
        **times,
    }


def _sign_in(port: int, processes: list[int]) -> tuple[Visitor, Visitor]:
    someone = Visitor(port)
    someone.sign_in(STAFF.email, STAFF.password, second_factor.current_code(STAFF.totp_secret, now=datetime.now(UTC)))
    someone.close()
    first, second = (someone.with_process(each) for each in processes)
    return first, second


def _require_same_answers(first: Visitor, second: Visitor) -> int:
    """Ask both the same questions; return how many pages had people on them."""
    filled = 0
    for words in _WORDS:
        filled += _require_same(words, first.search(words), second.search(words))
    for address in _LISTS:
        filled += _require_same(address, listed(first.get(address)), listed(second.get(address)))
    return filled


def _require_same(question: str, first: list[str], second: list[str]) -> int:
    if first != second:
        raise RuntimeError(f"{question}: one process shows {len(first)} people and the other {len(second)}, or in another order")
    return bool(first)


def _edit_in_turns(first: Visitor, second: Visitor, ids: list[str]) -> list[float]:
    """Give people new names through one process; return how long after each answer the other one finds them."""
    waits = []
    for number, subject_id in enumerate(ids):
        editing, finding = (first, second) if number % 2 else (second, first)
        name = f"Umbenannt{chr(97 + number // 26)}{chr(97 + number % 26)}xq"
        editing.edit(subject_id, last_name=name)
        saved = time.perf_counter()
        wait_for(partial(_finds_only, finding, name, subject_id))
        waits.append(time.perf_counter() - saved)
    return waits


def _finds_only(visitor: Visitor, name: str, subject_id: str) -> bool:
    return visitor.search(name) == [subject_id]


def _times_of_pages(first: Visitor, second: Visitor, rounds: int) -> dict[str, dict[str, float]]:
    """Time pages of both processes in turns, each with its entry in the log on the disk."""
    chance = random.Random(2)
    turns = [(first, second)[each % 2] for each in range(rounds)]
    return {
        "list": _times(turns, lambda each: each.get(chance.choice(_LISTS))),
        "search": _times(turns, lambda each: each.search(chance.choice(_WORDS))),
    }


def _times(turns: list[Visitor], ask: Callable[[Visitor], object]) -> dict[str, float]:
    """Time `ask`, on the clock and on the processor of whoever answers; the second says something on a busy machine too."""
    processes = {each.process for each in turns if each.process}
    before = sum(map(processor_seconds, processes))
    values = [seconds(partial(ask, each)) for each in turns]
    taken = sum(map(processor_seconds, processes)) - before
    return {"p50_ms": statistics.median(values) * 1e3, "p95_ms": percentile(values, 95) * 1e3, "cpu_ms": taken / len(turns) * 1e3}


def _require_nothing_left(runtime: Runtime) -> None:
    if left := left_in(runtime.settings.index_dir):
        raise RuntimeError(f"the processes have stopped and left in RAM: {left}")
