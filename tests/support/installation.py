"""A whole installation: settings and runtime as every entry point gets them."""

import importlib

import pytest

from crm.actor import system_actor
from crm.settings import Settings
from tests.support.memory import folder_in_ram


@pytest.fixture
def index_dir():
    """A private folder for search indexes, on the RAM disk where there is one."""
    with folder_in_ram() as folder:
        yield folder


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
