"""axe-core, the rules of WCAG as a program, run in a page of the browser.

It is no part of the repository: `make axe` fetches it from npm into `node_modules/`, checks it and keeps it.
"""

import json
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# The rows of a table come out of one loop: those after the eighth say nothing new and cost most of the time.
_CONTEXT = {"exclude": [["tbody tr:nth-child(n+9)"]]}
# The browser's tools of each page that has axe.
_TOOLS = WeakKeyDictionary()


def require_axe() -> None:
    """Skip the test, by name, where axe-core could not be fetched."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is missing: install npm and run `make axe`.")


def find_violations(page):
    """Return what breaks WCAG 2.2 AA on the page as it stands, one line for each element."""
    return _ask(page, _ALL)


def find_violations_in_the_dark(page):
    """Return what the dark theme breaks: it differs in colours alone (`light-dark()`), so only rules on colours are asked."""
    page.emulate_media(color_scheme="dark")
    found = _ask(page, _OF_COLOURS)
    page.emulate_media(color_scheme="light")
    return [f"dark, {each}" for each in found]


def _ask(page, rules):
    """Ask over the protocol of the browser's tools: the content security policy of the pages forbids every script but our own."""
    if page not in _TOOLS:
        _TOOLS[page] = _bring_axe(page)
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    found = _run(_TOOLS[page], f"axe.run({json.dumps(_CONTEXT)}, {options}).then((result) => result.violations)")
    return [f"{rule['id']}: {' '.join(node['target'])} ({_last_line(node)})" for rule in found for node in rule["nodes"]]


def _bring_axe(page):
    """Return the browser's tools for a page that has axe now and after each step to another address: it is sent there once."""
    tools = page.context.new_cdp_session(page)
    script = SCRIPT.read_text(encoding="utf-8")
    tools.send("Page.enable")
    tools.send("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    _run(tools, f"{script};0")
    return tools


def _run(tools, expression):
    answer = tools.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def _last_line(node):
    return node["failureSummary"].splitlines()[-1].strip()
