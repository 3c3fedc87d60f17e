"""Measure the search index against the numbers of the design, with invented people; writes JSON.

    python benchmarks/search_bench.py [--people 200000] [--queries 300] [--output benchmarks/results/search.json]

What is measured is the mechanism: opening the 50 people of a page is the door's time and comes on top.
The plaintext baselines run in the same process, so that a slow machine is slow for both.
"""

import argparse
import gc
import json
import random
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crm.search import (
    IndexBuilder,
    IndexDocument,
    IndexPlace,
    IndexReader,
    IndexWriter,
    Page,
    Position,
    Query,
    SearchGroup,
    Sort,
    find_place,
)
from crm.search.ram_folder import RamFolder

RAM = Path("/dev/shm")  # noqa: S108 - the RAM file system that is measured
EVERYTHING = frozenset(SearchGroup)
ONSETS = [
    "b",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "w",
    "z",
    "bl",
    "br",
    "dr",
    "fl",
    "fr",
    "gl",
    "gr",
    "kl",
    "kn",
    "kr",
    "pf",
    "pl",
    "pr",
    "sch",
    "schl",
    "schm",
    "schn",
    "schr",
    "schw",
    "sp",
    "st",
    "str",
    "tr",
    "zw",
]
VOWELS = ["a", "e", "i", "o", "u", "ei", "au", "ie", "eu", "a", "e", "i"] * 2 + ["ä", "ö", "ü"]
CODAS = [
    "",
    "",
    "b",
    "ck",
    "ff",
    "g",
    "h",
    "k",
    "l",
    "ll",
    "m",
    "mm",
    "n",
    "nd",
    "ng",
    "nn",
    "nz",
    "r",
    "rk",
    "rn",
    "rt",
    "s",
    "ss",
    "t",
    "tt",
    "tz",
]
ENDINGS = {
    "last": ["er", "mann", "meier", "ing", "sen", "ke", "el", "s", "ert", "ow", "ski", "bauer", "ich"],
    "first": ["a", "e", "in", "us", "ar", "ine", "ian", "fried", "bert"],
    "city": ["stadt", "heim", "hausen", "dorf", "au", "berg", "burg", "feld", "ingen"],
}
FORMS = ["GmbH"] * 12 + ["GmbH & Co. KG"] * 3 + ["AG", "e.K.", "KG", "UG (haftungsbeschränkt)"]


class Names:
    """Invented German names whose frequencies fall as those of real ones do."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.last = self._pool(45_000, "last")
        self.first = self._pool(3_000, "first")
        self.cities = self._pool(9_000, "city")
        self.companies = [f"{self.draw(self.last)} {self.draw(self.cities)} {self.random.choice(FORMS)}" for _ in range(40_000)]

    def draw(self, pool: list[str]) -> str:
        """Return one of `pool`; the first of 45 000 about as often as Germans are called Müller (1 %)."""
        shift = 10
        return pool[int(shift * ((len(pool) + shift) / shift) ** self.random.random()) - shift]

    def _pool(self, size: int, kind: str) -> list[str]:
        pool: dict[str, None] = {}
        while len(pool) < size:
            # The frequent names are the short ones.
            syllables = 1 if len(pool) < size // 4 else 2
            stem = "".join(self.random.choice(part) for _ in range(syllables) for part in (ONSETS, VOWELS, CODAS))
            pool[(stem + self.random.choice(ENDINGS[kind])).capitalize()] = None
        return list(pool)


def invent(names: Names, number: int) -> IndexDocument:
    """Return one invented person."""
    draw = names.random
    first, last = names.draw(names.first), names.draw(names.last)
    company = draw.randrange(len(names.companies))
    return IndexDocument(
        subject_id=f"{draw.getrandbits(128):032x}",
        purposes=draw.choice((1, 1, 1, 3, 3, 5, 7, 9)),
        last_activity=1_700_000_000 + draw.randrange(60_000_000),
        first_name=first,
        last_name=last,
        company_name=names.companies[company],
        emails=(f"{first}.{last}{number % 97 if number % 5 == 0 else ''}@{names.companies[company].split()[0]}.de",),
        phones=(f"+49 {draw.randrange(200, 9_999)} {draw.randrange(10_000, 9_999_999)}",),
        city=names.draw(names.cities),
        postal_code=f"{draw.randrange(1_000, 99_999):05d}",
        company_id=f"{company:032x}",
        owner_id=f"{draw.randrange(60):032x}",
        segment=draw.choice(("A", "B", "C", None)),
        state="active",
    )


def percentiles(times: list[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile and the slowest, in milliseconds."""
    ordered = sorted(times)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[int(len(ordered) * part)] * 1_000, 3) for name, part in at.items()} | {"max": round(ordered[-1] * 1_000, 3)}


def measure(ask: Callable[[], object], times: int) -> dict[str, float]:
    """Time `ask` so many times, on this thread's processor."""
    taken = []
    for _ in range(times):
        start = time.thread_time()
        ask()
        taken.append(time.thread_time() - start)
    return percentiles(taken)


def misspell(names: Names) -> str:
    """Return a last name with two letters exchanged."""
    name = names.draw(names.last)
    at = names.random.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


def walk(reader: IndexReader, sort: Sort) -> Iterator[None]:
    """Turn page after page of a list without end."""
    token = None
    while True:
        token = reader.find(Query(purpose=1, groups=EVERYTHING, sort=sort, after=token)).after
        yield


def queries(reader: IndexReader, names: Names, people: list[IndexDocument]) -> dict[str, Callable[[], object]]:
    """Return the questions that are measured."""

    def find(text: str) -> Page:
        return reader.find(Query(purpose=1, groups=EVERYTHING, text=text))

    def list_(**filters: Any) -> Page:
        return reader.find(Query(purpose=1, groups=EVERYTHING, **filters))

    def find_full_name() -> Page:
        who = anyone(people)
        return find(f"{who.first_name} {who.last_name}")

    def find_similar() -> tuple[str, ...]:
        who = anyone(people)
        return reader.find_similar(who.first_name, who.last_name, who.postal_code, purpose=1, groups=EVERYTHING)

    pages, recent = walk(reader, Sort.NAME), walk(reader, Sort.ACTIVITY_DESCENDING)
    anyone = names.random.choice
    return {
        "name_search": lambda: find(names.draw(names.last)),
        "name_search_identity_only": lambda: reader.find(
            Query(purpose=1, groups=frozenset({SearchGroup.IDENTITY}), text=names.draw(names.last))
        ),
        "most_frequent_name": lambda: find(names.last[0]),
        "as_you_type_3_letters": lambda: find(names.draw(names.last)[:3]),
        "as_you_type_2_letters": lambda: find(names.draw(names.last)[:2]),
        "as_you_type_1_letter": lambda: find(names.draw(names.last)[:1]),
        "first_and_last_name": find_full_name,
        "company_with_legal_form": lambda: find(names.random.choice(names.companies)),
        "typing_error": lambda: find(misspell(names)),
        "list_by_name_any_page": lambda: next(pages),
        "list_by_activity_any_page": lambda: next(recent),
        "list_of_owner": lambda: list_(owner_id=f"{names.random.randrange(60):032x}", sort=Sort.ACTIVITY_DESCENDING),
        "list_of_segment": lambda: list_(segment="A"),
        "list_of_company": lambda: list_(company_id=anyone(people).company_id),
        "list_for_rare_purpose": lambda: reader.find(Query(purpose=8, groups=EVERYTHING)),
        "find_similar": find_similar,
    }


def baselines(people: list[IndexDocument], names: Names, times: int) -> dict[str, dict[str, float]]:
    """Measure what an ordinary CRM would do with readable names."""
    plain = sqlite3.connect(":memory:")
    plain.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, company TEXT, city TEXT)")
    rows = [(f"{who.first_name} {who.last_name}".lower(), who.company_name.lower(), who.city.lower()) for who in people]
    plain.executemany("INSERT INTO person (name, company, city) VALUES (?, ?, ?)", rows)
    plain.execute("CREATE VIRTUAL TABLE gram USING fts5(name, company, city, tokenize='trigram')")
    plain.executemany("INSERT INTO gram (name, company, city) VALUES (?, ?, ?)", rows)
    like = "SELECT id FROM person WHERE name LIKE ? OR company LIKE ? ORDER BY name LIMIT 50"
    every_hit = "SELECT rowid FROM gram WHERE gram MATCH ?"
    return {
        "plaintext_like": measure(
            lambda: plain.execute(like, (f"%{names.draw(names.last).lower()}%",) * 2).fetchall(), max(times // 10, 5)
        ),
        "plaintext_trigram_every_hit": measure(
            lambda: plain.execute(every_hit, (f'"{names.draw(names.last).lower()}"',)).fetchall(), times
        ),
    }


def size_of(place: IndexPlace) -> int:
    """Return how many bytes the index takes on the RAM disk."""
    files = place.folder.iterdir() if isinstance(place, RamFolder) else ()
    return sum(file.stat().st_size for file in files if not file.is_symlink())


def run(count: int, times: int, place: IndexPlace) -> dict[str, object]:
    """Build and ask an index of `count` invented people."""
    names = Names(seed=1)
    people = [invent(names, number) for number in range(count)]
    gc.freeze()  # the invented people are not the index's rubbish
    start = time.thread_time()
    IndexBuilder(place).build(people, total=count, position=Position())
    built = time.thread_time() - start
    size = size_of(place)
    reader = IndexReader(place)
    asked = {name: measure(ask, times) for name, ask in queries(reader, names, people).items()}
    with IndexWriter(place) as writer:
        changes = {
            "apply_one_change": measure(lambda: writer.apply(changed=[names.random.choice(people)]), times),
            "apply_100_changes": measure(lambda: writer.apply(changed=[invent(names, 0) for _ in range(100)]), 20),
            "forget_one": measure(lambda: writer.apply(gone=[names.random.choice(people).subject_id]), times),
            "sweep": measure(writer.sweep, 1),
        }
    largest = size_of(place)
    return {
        "people": count,
        "build_seconds": round(built, 2),
        "index_mb": round(size / 1e6, 1),
        "index_mb_after_changes": round(largest / 1e6, 1),
        "process_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024,
        "queries_ms": asked,
        "changes_ms": changes,
        "baselines_ms": baselines(people, names, times),
    }


def main() -> None:
    """Read the arguments, measure, write and show the result."""
    arguments = argparse.ArgumentParser(description="Measure the search index.")
    arguments.add_argument("--people", type=int, default=200_000)
    arguments.add_argument("--queries", type=int, default=300)
    arguments.add_argument("--output", type=Path, default=Path("benchmarks/results/search.json"))
    options = arguments.parse_args()
    with TemporaryDirectory() as folder:
        place = find_place(RAM, installation_id="benchmark", data_dir=Path(folder))
        try:
            result = run(options.people, options.queries, place)
        finally:
            place.leave()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2)
    options.output.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
