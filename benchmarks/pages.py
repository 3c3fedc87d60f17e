"""Server time of the pages people use all day, with 20 000 people and the ledger entry each page makes."""

import statistics
from functools import partial
from typing import Any

from benchmarks.ground import IMPORTER, NOW, STAFF, collect, installed, percentile, seconds
from crm.privacy import rectification  # noqa: F401 - loaded as the running site has it
from crm.search import IndexBuilder
from crm.services import directory
from crm.services.accounts.demo import add_invented
from crm.web import create_app

_BROWSER = {"Accept-Encoding": "gzip"}  # as every browser: compressing is part of the server's time


def measure(people: int = 20_000, rounds: int = 200) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds of list, search and contact page, each request with its entry on the disk."""
    with installed(demo=True) as runtime:
        ids = collect(runtime, 0, people)
        with runtime.database.writing() as session:
            add_invented(session, STAFF, actor=IMPORTER, now=NOW)
        directory.build(runtime.database, IndexBuilder(runtime.place), clock=runtime.clock, progress=lambda _done, _total: None)
        app = create_app(runtime)
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        browser.post("/demo/sales")

        def page(address: str) -> None:
            answer = browser.get(address, headers=_BROWSER)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")

        def search(text: str) -> None:
            answer = browser.post("/contacts/search", data={"q": text}, headers={**_BROWSER, "HX-Request": "true"})
            if answer.status_code != 200:
                raise RuntimeError(f"the search answered {answer.status_code}")

        page("/contacts")
        return {
            "people": people,
            "list": _times([seconds(lambda: page("/contacts")) for _ in range(rounds)]),
            "search": _times([seconds(lambda: search("gärtner")) for _ in range(rounds)]),
            "contact": _times([seconds(partial(page, f"/contacts/{each}")) for each in ids[:: max(people // rounds, 1)]]),
        }


def _times(values: list[float]) -> dict[str, float]:
    return {"p50_ms": statistics.median(values) * 1e3, "p95_ms": percentile(values, 95) * 1e3}
