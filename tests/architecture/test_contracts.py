"""The floors of the house: who may import whom (docs/explanation/architecture.md)."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUICK = ROOT / "crm" / "cli"
MODULES = [path for path in (ROOT / "crm").rglob("*.py") if QUICK not in path.parents]


def test_the_import_contracts_hold():
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout


def test_imports_stand_at_the_top():
    """Only the command line imports in functions, because it has to answer `--help` at once."""
    hidden = [f"{path.relative_to(ROOT)}:{line}" for path in MODULES for line in _imports_in_functions(path)]

    assert hidden == []


def test_help_is_quick_because_nothing_heavy_is_imported():
    script = "import sys; from crm.cli.main import main; main(['--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"

    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    loaded = {name.partition(".")[0] for name in result.stderr.split()}
    assert not loaded & {"sqlalchemy", "flask", "pydantic", "cryptography", "gunicorn", "apscheduler", "rich", "structlog", "phonenumbers"}


def _imports_in_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [node.lineno for function in functions for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
