"""A rule is ignored only with the reason in the same line, and nothing is left for later without an issue."""

import re
import tokenize
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("crm", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
IGNORED = re.compile(r"#\s*(noqa|type:\s*ignore|pragma)\b(?P<rest>.*)")
REASON = re.compile(r"(?::\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*|\[[\w, -]+\])\s*(?:-|–|#)\s*\S+")
COMMENTS = [
    (path, token)
    for path in FILES
    for token in tokenize.generate_tokens(StringIO(path.read_text(encoding="utf-8")).readline)
    if token.type == tokenize.COMMENT
]
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def _place(path, token):
    return f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"


def test_every_ignored_rule_has_its_reason():
    ignored = [(path, token, found) for path, token in COMMENTS if (found := IGNORED.search(token.string))]

    assert [_place(path, token) for path, token, found in ignored if not REASON.match(found["rest"].strip())] == []
    assert ignored


def test_nothing_is_left_for_later():
    assert [_place(path, token) for path, token in COMMENTS if LATER.search(token.string)] == []
