"""A whole installation as on a server, on either engine, by a clock that a test moves and with a mail server of its own."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from crm.db import Base
from crm.models.intake import IntakeMessage
from crm.settings import Settings
from tests.support.letters import Letters
from tests.support.live_site import READY_WITHIN, LiveSite, as_environment, free_ports, lay_out
from tests.support.mail_servers import counting_server
from tests.support.memory import folder_in_ram
from tests.support.residue import find_residue
from tests.support.steered_clock import SteeredClock


@dataclass(kw_only=True)
class SteeredSite(LiveSite):
    """A running installation whose time and mail are in the hands of a test.

    Attributes:
        letters: what its mail server has taken.
        folders: everything its processes may write to, the database server's files included.
    """

    letters: Letters
    folders: list[Path] = field(default_factory=list)

    @property
    def engine_kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.runtime.engine.dialect.name

    def await_effect(self) -> None:
        """Wait until everything that was dropped into the letterbox has taken effect."""
        deadline = time.monotonic() + READY_WITHIN
        while self.count(IntakeMessage):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def count(self, model: type[Base]) -> int:
        """Return how many rows there are."""
        with self.runtime.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model))

    def find_words(self, words: list[str]) -> list[tuple[str, str]]:
        """Return (word, file) for each of these words that is readable in a file of the installation."""
        if self.engine_kind == "postgresql":
            with self.runtime.engine.connect() as connection:
                connection.execute(text("CHECKPOINT"))
        return find_residue(words, self.folders)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def steered_site(request, tmp_path_factory, databases) -> Iterator[SteeredSite]:
    """Both sites and the worker of a new installation, on both engines in turn."""
    folder = tmp_path_factory.mktemp("steered")
    temporary = folder / "temporary"
    temporary.mkdir()
    clock = SteeredClock(folder / "clock")
    with folder_in_ram() as index_dir, counting_server() as (counter, mail):
        port, portal_port = free_ports(2)
        told = {
            "staff_origin": f"http://localhost:{port}",
            "portal_origin": f"http://localhost:{portal_port}",
            "index_dir": index_dir,
            "smtp_host": mail.host,
            "smtp_port": mail.port,
            "privacy_email": "datenschutz@muster.example",
            **_addresses(request.param, databases),
        }
        settings = Settings(data_dir=folder / "lethe", organisation="Muster GmbH", **told)
        site = SteeredSite(
            data_dir=settings.data_dir,
            port=port,
            portal_port=portal_port,
            index_dir=index_dir,
            runtime=lay_out(settings, clock=clock),
            log_file=folder / "processes.log",
            told=as_environment(told) | {"TMPDIR": str(temporary)},
            program=("-m", "tests.support.steered_clock", str(folder / "clock")),
            clock=clock,
            letters=Letters(counter),
            folders=[folder, index_dir, *([databases.folder] if request.param == "postgres" else [])],
        )
        try:
            site.start_all()
            site.await_ready()
            yield site
        finally:
            site.stop()


def _addresses(engine_kind: str, databases) -> dict[str, str]:
    """Return the addresses of empty databases on a server; SQLite's files lie in the data directory."""
    if engine_kind == "sqlite":
        return {}
    return {"database_url": databases.new("postgres", "empty"), "keystore_url": databases.new("postgres", "empty")}
