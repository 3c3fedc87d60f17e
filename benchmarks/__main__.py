"""Run the benchmarks: all of them, or those that are named."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    command,
    copying,
    crowd,
    erasing,
    exporting,
    forgetting,
    importing,
    objecting,
    pages,
    people,
    two_workers,
    uploading,
    work,
)

RESULTS = Path("benchmarks/results")
BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "people": people.measure,
    "pages": pages.measure,
    "two-workers": two_workers.measure,
    "import": importing.measure,
    "upload": uploading.measure,
    "export": exporting.measure,
    "copy": copying.measure,
    "erase": erasing.measure,
    "forget": forgetting.measure,
    "command": command.measure,
    "objecting": objecting.measure,
    "work": work.measure,
    "crowd": crowd.measure,
}
# What issue and design ask for: (benchmark, figure, comparison, number).
GOALS = (
    ("people", "insert_ratio", "<=", 1.6),
    ("people", "read_ratio", "<=", 1.4),
    ("pages", "list.p95_ms", "<=", 40),
    ("pages", "contact.p95_ms", "<=", 40),
    ("two-workers", "edit_found_longest_ms", "<=", 1_000),
    ("pages", "search.p95_ms", "<=", 40),
    ("import", "people_per_second", ">=", 1_000),
    ("import", "edit_wait_longest_ms", "<=", 300),
    ("upload", "take_in_seconds", "<=", 20),
    ("export", "all_seconds", "<=", 3),
    ("copy", "all_seconds", "<=", 5),
    ("copy", "ordinary.p95_ms", "<=", 2_000),
    ("erase", "p95_ms", "<=", 150),
    ("forget", "people_per_second", ">=", 1_000),
    ("forget", "many_to_few", "<=", 1.15),
    ("command", "help_seconds", "<=", 0.5),
    ("objecting", "answer_p95_ms", "<=", 300),
    ("objecting", "effective_longest_ms", "<=", 1_000),
    ("objecting", "lost", "<=", 0),
    ("objecting", "doubled", "<=", 0),
    ("crowd", "pages_per_second", ">=", 60),
    ("crowd", "errors", "<=", 0),
    ("work", "slowest_p95_ms", "<=", 100),
    ("work", "sales.turn /contacts.p50_ms", "<=", 25),
    ("work", "sales.contacts.show.p50_ms", "<=", 25),
    ("work", "sales.search.p50_ms", "<=", 25),
    ("work", "sales.save.p50_ms", "<=", 25),
    ("work", "management.reports.quarter.p95_ms", "<=", 300),
    ("work", "service.call by number.p95_ms", "<=", 150),
)


def main(names: list[str]) -> None:
    """Measure, write JSON and print a table of figures and goals."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    for name in names or list(BENCHMARKS):
        start = time.perf_counter()
        figures = BENCHMARKS[name]()
        result = {"benchmark": name, "machine": machine, "seconds": time.perf_counter() - start, **figures}
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        _print(name, figures)


def _print(name: str, figures: dict[str, Any]) -> None:
    print(f"\n{name}")
    goals = {figure: (sign, number) for benchmark, figure, sign, number in GOALS if benchmark == name}
    for figure, value in _flat(figures):
        sign, number = goals.get(figure, ("", None))
        verdict = "" if number is None else f"goal {sign} {number}: {'met' if _is_met(value, sign, number) else 'MISSED'}"
        print(f"  {figure:<32}{value:>14,.2f}  {verdict}")


def _is_met(value: float, sign: str, number: float) -> bool:
    return value <= number if sign == "<=" else value >= number


def _flat(figures: dict[str, Any]) -> list[tuple[str, float]]:
    flat = []
    for name, value in figures.items():
        flat += [(f"{name}.{inner}", each) for inner, each in value.items()] if isinstance(value, dict) else [(name, value)]
    return flat


if __name__ == "__main__":
    main(sys.argv[1:])
