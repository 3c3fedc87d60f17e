"""`lethe serve` and `lethe worker`: real processes that start, report and stop cleanly."""

import errno
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing

import pytest

from crm.cli import serve

pytestmark = pytest.mark.slow
PATIENCE = 30


@pytest.fixture
def start(installed):
    """Start a command as a process of its own; what still runs at the end is ended."""
    started = []

    def run(*arguments):
        environment = os.environ | {"LETHE_STAFF_WORKERS": "2", "LANG": "C"}
        command = [sys.executable, "-m", "crm", "--data-dir", str(installed), *map(str, arguments)]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def reports(installed, kind):
    return [json.loads(path.read_text(encoding="utf-8")) for path in (installed / "run").glob(f"{kind}-*.json")]


def answer(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return response.status
    except OSError:
        return None


@pytest.mark.parametrize(("site", "processes"), [("staff", 2), ("portal", 2)])
def test_a_site_answers_reports_and_stops_cleanly(installed, start, site, processes):
    port = free_port()
    server = start("serve", site, "--port", port)

    assert wait_until(lambda: server.poll() or answer(port)) == 200
    wait_until(lambda: len(reports(installed, site)) == processes)
    server.send_signal(signal.SIGTERM)

    assert server.wait(timeout=PATIENCE) == 0
    assert reports(installed, site) == []


def test_a_request_that_cannot_be_read_is_logged_without_its_sender_and_without_what_was_sent(start):
    """Decision 5: no access log."""
    port = free_port()
    server = start("serve", "portal", "--port", port)
    wait_until(lambda: server.poll() or answer(port))

    for request in (b"GET /b/" + b"s" * 5_000 + b" HTTP/1.1\r\n\r\n", b"secret@example.org\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            visitor.sendall(request)
            visitor.recv(1_000)
    server.terminate()
    said = server.communicate(timeout=PATIENCE)[1]

    assert "Invalid request refused: LimitRequestLine" in said
    assert "Invalid request refused: InvalidRequestLine" in said or "Invalid request refused: InvalidRequestMethod" in said
    assert "secret" not in said
    assert "ip=" not in said


def test_the_portal_starts_and_takes_objections_in_while_keys_and_key_store_are_gone(installed, start):
    """Stopping always works: what was dropped in takes effect as soon as the worker has its keys."""
    away = (installed / "keys").rename(installed / "away")
    port = free_port()
    server = start("serve", "portal", "--port", port)
    wait_until(lambda: server.poll() or answer(port) == 200)

    assert drop_in(port, "niemand@example.org") == 200
    assert count(installed, "intake_message") == 1

    away.rename(installed / "keys")
    start("worker")
    wait_until(lambda: count(installed, "intake_message") == 0)
    assert count(installed, "suppression_entry") == 1


def drop_in(port, email):
    body = urllib.parse.urlencode({"email": email}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/objection", data=body, timeout=PATIENCE) as response:
        return response.status


def count(installed, table):
    with closing(sqlite3.connect(installed / "lethe.sqlite")) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_live_connections_of_a_site_are_set_as_they_must_be(installed, start, lethe):
    start("serve", "staff", "--port", free_port())
    start("worker")
    wait_until(lambda: len(reports(installed, "staff")) == 2 and reports(installed, "worker"))

    found = json.loads(lethe("doctor", "--json").stdout)

    assert [each["state"] for each in found if each["check"] in {"processes", "pragmas"}] == ["ok", "ok", "ok"]


def test_the_worker_stops_cleanly(installed, start):
    worker = start("worker")
    wait_until(lambda: reports(installed, "worker"))

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=PATIENCE) == 0
    assert reports(installed, "worker") == []


def test_a_site_that_has_no_room_says_so_in_one_sentence_and_ends(monkeypatch, capsys):
    def find_no_room(_settings, _site):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(serve, "_open_application", find_no_room)

    with pytest.raises(SystemExit) as end:
        serve._open_or_end(None, "portal")

    assert end.value.code == 3  # gunicorn's master ends too
    assert "No space left on device" in capsys.readouterr().err
