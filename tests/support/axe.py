"""axe-core, the rules of WCAG as a program, run in a page of the browser.

It is no part of the repository: `make axe` fetches it from npm into `node_modules/`, checks it and keeps it.
"""

import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
# The themes differ in colours alone (`light-dark()` in one stylesheet), so the second one is asked only about colours.
_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def require_axe() -> None:
    """Skip the test, by name, where axe-core could not be fetched."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is missing: install npm and run `make axe`.")


def find_violations(page):
    """Return what breaks WCAG 2.2 AA on the page as it stands, light and dark, one line for each element.

    Over the protocol of the browser's tools: the content security policy of the pages forbids every script but our own.
    """
    tools = page.context.new_cdp_session(page)
    try:
        _run(tools, SCRIPT.read_text(encoding="utf-8") + ";0")
        page.emulate_media(color_scheme="dark")
        in_the_dark = _ask(tools, _OF_COLOURS)
        page.emulate_media(color_scheme="light")
        return [f"dark, {each}" for each in in_the_dark] + _ask(tools, _ALL)
    finally:
        tools.detach()


def _ask(tools, rules):
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    found = _run(tools, f"axe.run(document, {options}).then((result) => result.violations)")
    return [f"{rule['id']}: {' '.join(node['target'])} ({_last_line(node)})" for rule in found for node in rule["nodes"]]


def _run(tools, expression):
    answer = tools.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def _last_line(node):
    return node["failureSummary"].splitlines()[-1].strip()
