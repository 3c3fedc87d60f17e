"""`lethe worker` and the search index in RAM: built at the start, gone at the end, and what others left is swept."""

import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow
PATIENCE = 30


@pytest.fixture
def worker(installed, index_dir):
    """Start `lethe worker` and wait until its index is there."""
    started = []

    def run():
        command = [sys.executable, "-m", "crm", "--data-dir", str(installed), "worker"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        started.append(process)
        deadline = time.monotonic() + PATIENCE
        while not list(index_dir.glob("lethe-*/index.sqlite")):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_that_stops_leaves_nothing_in_ram(worker, index_dir):
    running = worker()

    running.send_signal(signal.SIGTERM)

    assert running.wait(timeout=PATIENCE) == 0
    assert list(index_dir.iterdir()) == []


def test_a_worker_that_starts_sweeps_what_a_crash_left(worker, index_dir):
    left = index_dir / "lethe-gone-0123456789ab"
    left.mkdir(mode=0o700)
    (left / "build-1.sqlite").write_bytes(b"names")

    worker()

    assert not left.exists()
