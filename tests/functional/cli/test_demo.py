"""`lethe demo`: its processes end with it, and it never takes somebody else's sites for its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.live_site import free_ports

PATIENCE = 60
PARENT = """
import sys
from crm.cli.processes import Processes

processes = Processes({"LETHE_DATA_DIR": sys.argv[1], "LETHE_PORTAL_WORKERS": "1"})
port = int(sys.argv[2])
processes.start("serve", "portal", "--port", str(port))
processes.start("worker")
processes.await_pages([("127.0.0.1", port, "/")], seconds=60)
print(*(child.pid for child in processes._children), flush=True)
processes.wait()
"""


@contextmanager
def running_parent(installed, port):
    """Start a process with two children and yield it with their numbers; nobody is left behind."""
    command = [sys.executable, "-c", PARENT, str(installed), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    children = [int(number) for number in process.stdout.readline().split()]
    try:
        yield process, children
    finally:
        for number in (process.pid, *children):
            if is_running(number):
                os.kill(number, signal.SIGKILL)
        process.communicate()


def is_running(number):
    """Say whether there is such a process; one that has ended and was not yet asked for is none."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.slow
def test_nobody_is_left_when_the_demonstration_was_killed(installed):
    [port] = free_ports(1)
    with running_parent(installed, port) as (process, children):
        assert [is_running(number) for number in children] == [True, True]

        process.kill()
        deadline = time.monotonic() + PATIENCE
        while any(map(is_running, children)) and time.monotonic() < deadline:
            time.sleep(0.1)

        assert [is_running(number) for number in children] == [False, False]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["site", "portal", "mailbox"])
def test_a_port_that_is_taken_is_named_before_anything_is_made(lethe, data_dir, place):
    ports = free_ports(3)
    with socket.create_server(("127.0.0.1", ports[place])):
        refused = lethe("demo", "--port", ports[0])

    assert refused.exit_code == 1
    assert f"Auf 127.0.0.1:{ports[place]} wartet schon ein anderes Programm." in refused.stderr
    assert "--port" in refused.stderr
    assert "Bereit" not in refused.output
    assert not data_dir.exists()
