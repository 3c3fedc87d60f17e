"""A whole installation: settings and runtime as every entry point gets them."""

import importlib
import shutil
import tempfile
from pathlib import Path

import pytest

from crm.actor import system_actor
from crm.settings import Settings


@pytest.fixture
def index_dir():
    """A private folder for search indexes, on the RAM disk where there is one."""
    memory = Path("/dev/shm")  # noqa: S108 - a RAM disk
    folder = Path(tempfile.mkdtemp(prefix="lethe-test-", dir=memory if memory.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(tmp_path, database_url, keystore_url, key_file, index_dir) -> Settings:
    """Settings of an installation with fresh databases and its own folders."""
    data_dir = tmp_path / "installation"
    data_dir.mkdir(mode=0o700)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        keystore_url=keystore_url,
        key_file=key_file,
        index_dir=index_dir,
        organisation="Muster GmbH",
    )


@pytest.fixture
def runtime(settings, keystore, clock):
    """A running installation with its initial policy, as `lethe init` leaves it; it has no accounts yet."""
    opened = importlib.import_module("crm.runtime").Runtime.open(settings, clock=clock)
    opened.vault.prepare()
    with opened.database.writing() as session:
        importlib.import_module("crm.privacy.purposes").load_initial(session, actor=system_actor("init"), now=clock.now())
        importlib.import_module("crm.privacy.intake").publish_key(session, now=clock.now())
    yield opened
    opened.close()
