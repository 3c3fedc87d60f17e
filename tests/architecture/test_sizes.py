"""What is small enough to be read: limits of functions and modules, and names that say something."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITTEN_BY_TOOLS = ROOT / "crm" / "db" / "migrations" / "versions"
MODULES = [path for path in (ROOT / "crm").rglob("*.py") if WRITTEN_BY_TOOLS not in path.parents]
FUNCTIONS = [
    (path, node)
    for path in MODULES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]

LONGEST_FUNCTION = 40
LONGEST_MODULE = 300
MOST_POSITIONAL = 7
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "handle", "process", "data", "info", "misc"}


def test_a_module_is_short_enough_to_be_read_at_once():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}

    assert [f"{_named(path)}: {length} lines" for path, length in lengths.items() if length > LONGEST_MODULE] == []


def test_a_function_fits_on_a_page():
    assert [f"{_named(path)}, {node.name}: {_lines(node)} lines" for path, node in FUNCTIONS if _lines(node) > LONGEST_FUNCTION] == []


def test_a_function_takes_few_things_by_place():
    assert [f"{_named(path)}, {node.name}: {_positional(node)}" for path, node in FUNCTIONS if _positional(node) > MOST_POSITIONAL] == []


def test_a_name_says_something():
    names = [
        *((path, path.stem) for path in MODULES),
        *((path, path.parent.name) for path in MODULES),
        *((path, node.name) for path, node in FUNCTIONS),
    ]

    assert [f"{_named(path)}: {name}" for path, name in names if name in EMPTY_NAMES] == []


def _named(path):
    return path.relative_to(ROOT)


def _lines(node):
    return node.end_lineno - node.lineno + 1


def _positional(node):
    return len([argument for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg not in {"self", "cls"}])
