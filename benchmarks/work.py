"""Every page that anybody works with, in the house of a large company, on the engine that the installation has.

Measured at the server, in this process, each page with its checks, its keys and its entry in the log on the disk. A page that
asks for a number or a choice gets others every time; lists are turned page by page.
"""

import gzip
import html
import random
import re
import statistics
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from benchmarks import large
from benchmarks.ground import installed, percentile, seconds
from benchmarks.visitor import fields_of
from crm.actor import Role
from crm.models.company import Company
from crm.models.contact import Contact
from crm.models.deal import Deal
from crm.models.invoice import Invoice
from crm.runtime import Runtime
from crm.web import create_app

_ROUNDS: Final = 30
_SOME: Final = 200
_BROWSER: Final = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
_SCRIPT: Final = {**_BROWSER, "HX-Request": "true", "HX-Request-Type": "partial"}
_KEYS: Final = {"subject_id": Contact.subject_id, "company_id": Company.id, "deal_id": Deal.id, "invoice_id": Invoice.id}
_NEXT: Final = re.compile(r'href="([^"]+)" rel="next"')
# Lists that are turned, with the orders and choices that a page offers.
_LISTS: Final = {
    Role.SALES: (
        "/contacts",
        "/contacts?sort=-name",
        "/contacts?sort=activity",
        "/contacts?sort=-activity",
        "/contacts?segment=Handel",
        "/companies",
        "/companies?sort=-name",
        "/deals",
        "/deals?stage=won",
        "/deals?product=Pumpen",
    ),
    Role.ACCOUNTING: ("/invoices", "/invoices?show=all", "/invoices?show=overdue"),
}
_WORDS: Final = "gärtner muller Hübner-Voigt anna firma77 person123 kassel gä m ri brandt-adler werk weg".split()


def measure(number: int = large.PEOPLE) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds of every page, by role and endpoint."""
    with installed(demo=True) as runtime:
        large.fill(runtime, number=number)
        return measure_on(runtime)


def measure_on(runtime: Runtime, *, rounds: int = _ROUNDS) -> dict[str, Any]:
    """Measure on an installation that `large.fill` has filled."""
    app = create_app(runtime)
    app.config["WTF_CSRF_ENABLED"] = False
    with runtime.database.reading() as session:
        ids = {name: session.scalars(select(column).limit(_SOME * 20)).all()[::20] for name, column in _KEYS.items()}
        numbers = [f"+49 561 {1_000_000 + 7 * each}" for each in range(_SOME)]
    figures: dict[str, dict[str, float]] = {}
    for role in Role:
        browser = _enter(app, role)
        for rule in _pages_of(app, ids):
            _add(figures, f"{role}.{rule.endpoint}", _times(partial(_open, browser, rule, ids), rounds))
        for address in _LISTS.get(role, ()):
            _add(figures, f"{role}.turn {address}", _turn(browser, address, rounds))
    seller, agent = _enter(app, Role.SALES), _enter(app, Role.SERVICE)
    _add(figures, "sales.search", _times(partial(_search, seller), rounds * 3))
    _add(figures, "sales.save", [_save(seller, each) for each in ids["subject_id"][:rounds]])
    _add(figures, "service.call by number", _times(partial(_call, agent, numbers), rounds))
    slowest = max(figures, key=lambda each: figures[each]["p95_ms"] if each not in _OTHER_GOALS else 0)
    return {"pages": len(figures), "slowest_p95_ms": figures[slowest]["p95_ms"], **figures}


_OTHER_GOALS: Final = frozenset({"management.reports.quarter", "sales.reports.quarter", "service.call by number"})


def _enter(app: Flask, role: Role) -> FlaskClient:
    browser = app.test_client()
    if browser.post(f"/demo/{role}", headers=_BROWSER).status_code != 303:
        raise RuntimeError(f"{role} cannot sign in")
    return browser


def _pages_of(app: Flask, ids: dict[str, Any]) -> Iterator[Rule]:
    """Yield every address that can be asked for; which of them the role may open is seen when it is."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= ids.keys() and rule.endpoint != "static":
            yield rule


def _open(browser: FlaskClient, rule: Rule, ids: dict[str, Any], turn: int) -> TestResponse:
    values = {name: ids[name][turn % len(ids[name])] for name in rule.arguments}
    address = re.sub(r"<(?:[^:<>]+:)?([a-z_]+)>", lambda found: str(values[found[1]]), rule.rule)
    return browser.get(address, headers=_BROWSER)


def _times(ask: Callable[[int], TestResponse], rounds: int) -> list[float] | None:
    """Return how long each answer took, or None where it is not a page for this role."""
    first = ask(0)
    if first.status_code != 200 or first.mimetype != "text/html":
        return None
    return [seconds(partial(ask, 7 * each + 1)) for each in range(rounds)]


def _turn(browser: FlaskClient, address: str, rounds: int) -> list[float]:
    """Return how long each page of a list took, from its first page on."""
    times: list[float] = []
    for _ in range(rounds):
        taken, answer = _timed(partial(browser.get, address, headers=_BROWSER), expected=200)
        times.append(taken)
        found = _NEXT.search(_text(answer))
        if found is None:
            break
        address = html.unescape(found[1])
    return times


def _timed(ask: Callable[[], TestResponse], *, expected: int) -> tuple[float, TestResponse]:
    answers: list[TestResponse] = []
    taken = seconds(lambda: answers.append(ask()))
    if answers[0].status_code != expected:
        raise RuntimeError(f"{answers[0].request.path} answered {answers[0].status_code}")
    return taken, answers[0]


def _text(answer: TestResponse) -> str:
    return (gzip.decompress(answer.data) if answer.content_encoding == "gzip" else answer.data).decode()


def _search(browser: FlaskClient, turn: int) -> TestResponse:
    return browser.post("/contacts/search", data={"q": _WORDS[turn % len(_WORDS)]}, headers=_SCRIPT)


def _call(browser: FlaskClient, numbers: list[str], turn: int) -> TestResponse:
    """Look for a caller by number, and open the screen with what they owe."""
    return browser.post("/call", data={"q": numbers[turn % len(numbers)]}, headers=_BROWSER, follow_redirects=True)


def _save(browser: FlaskClient, subject_id: str) -> float:
    """Return how long it takes to save a form in which one field is another; opening it is timed as a page."""
    path = f"/contacts/{subject_id}/edit"
    fields = fields_of(_text(browser.get(path, headers=_BROWSER)))
    fields["position"] = f"Einkauf {random.randrange(1_000_000)}"
    return _timed(partial(browser.post, path, data=fields, headers=_BROWSER), expected=303)[0]


def _add(figures: dict[str, dict[str, float]], name: str, times: list[float] | None) -> None:
    if times and len(times) > 1:
        figures[name] = {"p50_ms": statistics.median(times) * 1e3, "p95_ms": percentile(times, 95) * 1e3}
