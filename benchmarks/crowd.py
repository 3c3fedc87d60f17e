"""Eight people who work at once on a site with two processes, over HTTP: how many pages they get in a second, and how many errors."""

import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select

from benchmarks.ground import IMPORTER, NOW, STAFF, collect, installed, percentile
from benchmarks.running import running
from benchmarks.visitor import Visitor
from crm.models.contact import Contact
from crm.runtime import Runtime
from crm.services.accounts import second_factor
from crm.services.accounts.demo import add_invented

_USERS: Final = 8
_SECONDS: Final = 20.0
_LISTS: Final = ("/contacts", "/contacts?sort=-name", "/companies", "/deals", "/")
_WORDS: Final = ("gärtner", "anna", "person123", "kassel", "brandt-adler")


def measure(people: int = 20_000) -> dict[str, Any]:
    """Return the pages a second that all get together, and what one of them waits."""
    with installed() as runtime:
        collect(runtime, 0, people)
        with runtime.database.writing() as session:
            add_invented(session, STAFF, actor=IMPORTER, now=NOW)
        return measure_on(runtime)


def measure_on(runtime: Runtime) -> dict[str, Any]:
    """Measure on an installation with people, in which the account of the benchmarks is."""
    with runtime.database.reading() as session:
        ids = session.scalars(select(Contact.subject_id).limit(2_000)).all()
    with running(runtime) as site:
        first = Visitor(site.port)
        first.sign_in(STAFF.email, STAFF.password, second_factor.current_code(STAFF.totp_secret, now=datetime.now(UTC)))
        processes = site.site_processes()
        users = [first.with_process(processes[each % len(processes)]) for each in range(_USERS)]
        times: list[float] = []
        errors: Counter[str] = Counter()
        ends = time.perf_counter() + _SECONDS
        threads = [
            threading.Thread(target=_work, args=(user, random.Random(number), ids, ends, times, errors))
            for number, user in enumerate(users)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        for user in (first, *users):
            user.close()
    return {
        "users": _USERS,
        "pages_per_second": len(times) / _SECONDS,
        "page_p50_ms": percentile(times, 50) * 1e3,
        "page_p95_ms": percentile(times, 95) * 1e3,
        "errors": sum(errors.values()),
    }


def _work(user: Visitor, chance: random.Random, ids: Any, ends: float, times: list[float], errors: Counter[str]) -> None:
    """Open persons mostly, lists and searches in between, as fast as the answers come."""
    while (begun := time.perf_counter()) < ends:
        try:
            turn = chance.random()
            if turn < 0.5:
                user.get(f"/contacts/{chance.choice(ids)}")
            elif turn < 0.8:
                user.get(chance.choice(_LISTS))
            else:
                user.search(chance.choice(_WORDS))
            times.append(time.perf_counter() - begun)
        except (RuntimeError, OSError) as error:
            errors[str(error)] += 1
