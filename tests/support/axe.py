"""axe-core, the rules of WCAG as a program, run in a page of the browser.

It is no part of the repository: `make axe` fetches it from npm into `node_modules/`, checks it and keeps it.
"""

import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


def require_axe() -> None:
    """Skip the test, by name, where axe-core could not be fetched."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is missing: install npm and run `make axe`.")


def find_violations(page):
    """Return what breaks WCAG 2.2 AA on the page as it stands, one line for each element.

    Over the protocol of the browser's tools: the content security policy of the pages forbids every script but our own.
    """
    tools = page.context.new_cdp_session(page)
    try:
        _run(tools, SCRIPT.read_text(encoding="utf-8") + ";0")
        options = {"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]}
        found = _run(tools, f"axe.run(document, {json.dumps(options)}).then((result) => result.violations)")
    finally:
        tools.detach()
    return [f"{rule['id']}: {' '.join(node['target'])} ({_first_line(node)})" for rule in found for node in rule["nodes"]]


def _run(tools, expression):
    answer = tools.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def _first_line(node):
    return node["failureSummary"].splitlines()[-1].strip()
