"""Runs the checks of sealed entries over all chunks, in order, in one process or several."""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from crm.db import make_engine
from crm.ledger.entry_checks import CHUNK, ChunkReport, check_sealed
from crm.ledger.findings import Kind

# Below, starting processes takes longer than they save.
_PAYS_FROM = 200_000
_AHEAD = 3

_engine_of_process: list[Engine] = []


def check_in_chunks(engine: Engine, size: int, processes: int) -> Iterator[ChunkReport]:
    """Yield the report of each chunk of the first `size` entries, in order and with bounded memory."""
    chunks = ((start, min(start + CHUNK, size)) for start in range(0, size, CHUNK))
    if processes > 1 and size >= _PAYS_FROM and engine.url.database not in (None, ":memory:"):
        yield from _in_processes(engine, chunks, processes)
        return
    for start, end in chunks:
        yield _check_on(engine, start, end)


def _in_processes(engine: Engine, chunks: Iterable[tuple[int, int]], processes: int) -> Iterator[ChunkReport]:
    url = engine.url.render_as_string(hide_password=False)
    # spawn: a fork would share connections and locks with its parent.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_open_engine, initargs=(url,)) as pool:
        waiting: deque[Future[ChunkReport]] = deque()
        for start, end in chunks:
            waiting.append(pool.submit(_check, start, end))
            if len(waiting) >= processes * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _open_engine(url: str) -> None:
    _engine_of_process.append(make_engine(url))


def _check(start: int, end: int) -> ChunkReport:
    return _check_on(_engine_of_process[0], start, end)


def _check_on(engine: Engine, start: int, end: int) -> ChunkReport:
    try:
        with engine.connect() as connection:
            return check_sealed(connection, start, end)
    except DBAPIError:
        if engine.dialect.name != "sqlite":  # a server that is away says nothing about the log
            raise
        report = ChunkReport()
        report.add(Kind.UNREADABLE, start, last=end - 1)
        return report
