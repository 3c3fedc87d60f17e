"""A run that is killed between two batches is finished by the next one, and nobody is counted twice."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crm.models.retention import RunState

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("dies_before", [1, 2])
def test_the_rest_follows_and_nothing_happens_twice(house, settings, dies_before):
    going = house.overdue(7)
    names = ("data_dir", "database_url", "keystore_url", "key_file", "index_dir")
    order = {"settings": {name: str(getattr(settings, name)) for name in names}, "now": house.now.isoformat(), "at_once": 3}

    died = subprocess.run(
        [sys.executable, "-m", "tests.integration.retention.mortal", json.dumps({**order, "dies_before": dies_before})],
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    left = house.living() & set(going)
    [report] = house.run()

    assert died.returncode == -signal.SIGKILL
    assert len(left) == 7 - 3 * dies_before
    assert (report.state, report.counts) == (RunState.DONE, {"RET-01": 7})
    assert house.count_entries("erasure:ordered", "erasure:completed", "retention:run") == (7, 7, 1)
