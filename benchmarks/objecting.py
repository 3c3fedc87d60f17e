"""Objections against a real portal and a real worker: how long the answer takes, and how soon nobody may write any more."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.ground import collect, installed, people, percentile
from crm.models.intake import IntakeMessage
from crm.models.lawfulness import ObjectionEvent
from crm.privacy import intake
from crm.runtime import Runtime

PER_SECOND = 100
_CALLERS = 16
_PATIENCE = 60.0


def measure(seconds: int = 20) -> dict[str, Any]:
    """Send 100 objections a second of people we know; look from this process when each stands."""
    number = PER_SECOND * seconds
    with installed() as runtime:
        place_of = {subject_id: place for place, subject_id in enumerate(collect(runtime, 0, number))}
        addresses = [fields["email"] for fields in people(0, number)]
        with runtime.database.writing() as session:
            intake.publish_key(session, now=datetime.now(UTC))
        with _running(runtime) as port:
            watch = _Watch(runtime, place_of)
            watch.start()
            answers = _send(port, addresses)
            watch.join()
        stood = [watch.moments[place] - answers[place][0] for place in range(number) if place in watch.moments]
        left = _count(runtime, IntakeMessage)
        raised = _count(runtime, ObjectionEvent)
    took = [(end - start) * 1e3 for start, end, _ in answers]
    return {
        "requests": number,
        "answered": sum(status == HTTPStatus.OK for *_, status in answers),
        "per_second": number / (max(end for _, end, _ in answers) - min(start for start, *_ in answers)),
        "answer_p50_ms": percentile(took, 50),
        "answer_p95_ms": percentile(took, 95),
        "effective_p95_ms": percentile(stood, 95) * 1e3,
        "effective_longest_ms": max(stood) * 1e3,
        "lost": number - len(stood) + left,
        "doubled": raised - len(stood),
    }


@contextmanager
def _running(runtime: Runtime) -> Iterator[int]:
    """Start portal and worker as on a server; yield the portal's port once it answers."""
    port = _free_port()
    command = [sys.executable, "-m", "crm", "--data-dir", str(runtime.settings.data_dir)]
    started = [
        subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)  # noqa: S603 - our own program
        for arguments in (["serve", "portal", "--port", str(port)], ["worker"])
    ]
    try:
        _await(port)
        time.sleep(5)  # the worker builds its index first
        yield port
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the portal did not start")


def _send(port: int, addresses: list[str]) -> list[tuple[float, float, int]]:
    """Send each request at its own moment, or as soon after it as one of the callers is free; return start, end and status."""
    begin = time.monotonic() + 0.5

    def send(place: int) -> tuple[float, float, int]:
        time.sleep(max(begin + place / PER_SECOND - time.monotonic(), 0))
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        body = urlencode({"email": addresses[place]})
        connection.request("POST", "/objection", body, {"Content-Type": "application/x-www-form-urlencoded"})
        status = connection.getresponse().status
        connection.close()
        return start, time.monotonic(), status

    with ThreadPoolExecutor(_CALLERS) as callers:
        return list(callers.map(send, range(len(addresses))))


class _Watch(threading.Thread):
    """Asks the database of this process again and again who has objected, and notes when it first saw each."""

    def __init__(self, runtime: Runtime, place_of: Mapping[str, int]) -> None:
        super().__init__(daemon=True)
        self._runtime = runtime
        self._place_of = place_of
        self.moments: dict[int, float] = {}

    def run(self) -> None:
        deadline = time.monotonic() + len(self._place_of) / PER_SECOND + _PATIENCE
        newest = 0
        while len(self.moments) < len(self._place_of) and time.monotonic() < deadline:
            asked = select(ObjectionEvent.id, ObjectionEvent.subject_id).where(ObjectionEvent.id > newest).order_by(ObjectionEvent.id)
            with self._runtime.database.reading() as session:
                rows = session.execute(asked).all()
            seen = time.monotonic()
            self.moments |= {self._place_of[row.subject_id]: seen for row in rows}
            newest = rows[-1].id if rows else newest
            time.sleep(0.02)


def _count(runtime: Runtime, table: Any) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
