"""What is installed is complete: policy, templates, catalogue and migrations travel in the wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_wheel_carries_everything_that_is_read_when_lethe_runs(tmp_path):
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    read = {f"crm/config/{path.name}" for path in (ROOT / "config").iterdir()}
    read |= {str(path.relative_to(ROOT)) for path in (ROOT / "crm").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert read <= carried
    assert not [name for name in carried if name.startswith(("tests/", "docs/"))]
