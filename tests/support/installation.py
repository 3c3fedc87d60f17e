"""A whole installation: settings and runtime as every entry point gets them."""

from pathlib import Path

import pytest

from crm.actor import system_actor
from crm.clock import SettableClock
from crm.db import make_engine
from crm.privacy import intake, purposes
from crm.runtime import Runtime
from crm.settings import Settings
from crm.vault import create_keystore
from tests.support.environment import MONDAY_MORNING
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
def runtime(settings, clock):
    """A running installation with its initial policy, as `lethe init` leaves it; it has no accounts yet."""
    opened = Runtime.open(settings, clock=clock)
    yield opened
    opened.close()


def install(database_url: str, keystore_url: str, key_file: Path) -> None:
    """Make what `lethe init` makes in databases with their tables: secrets, purposes and the key of the letterbox."""
    keystore = make_engine(keystore_url)
    create_keystore(keystore)
    keystore.dispose()
    with folder_in_ram() as index_dir:
        settings = Settings(
            data_dir=key_file.parent, database_url=database_url, keystore_url=keystore_url, key_file=key_file, index_dir=index_dir
        )
        opened = Runtime.open(settings, clock=SettableClock(MONDAY_MORNING))
        opened.vault.prepare()
        with opened.database.writing() as session:
            purposes.load_initial(session, actor=system_actor("init"), now=MONDAY_MORNING)
            intake.publish_key(session, now=MONDAY_MORNING)
        opened.close()
