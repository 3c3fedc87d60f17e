"""The command on an installation of its own."""

import shutil

import pytest
from click.testing import CliRunner

from crm.cli.main import main
from crm.runtime import Runtime
from crm.settings import load_settings
from tests.integration.privacy.people import make_person

PASSWORD = "Zwölf Boote im Nebel"
ADMIN = "admin@muster.test"


@pytest.fixture(autouse=True)
def _index_of_its_own(monkeypatch, index_dir):
    monkeypatch.setenv("LETHE_INDEX_DIR", str(index_dir))


@pytest.fixture
def data_dir(tmp_path):
    """Folder of an installation that is not there yet."""
    return tmp_path / "lethe"


@pytest.fixture
def lethe(data_dir, monkeypatch):
    """Run the command on this installation, in German: `lethe("doctor", "--json")`."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    def run(*arguments, **options):
        return CliRunner().invoke(main, ["--data-dir", str(data_dir), *map(str, arguments)], **options)

    return run


@pytest.fixture
def initialise(lethe):
    """Make the installation with its first account."""

    def run():
        arguments = ("--admin-email", ADMIN, "--admin-password-file", "-", "--organisation", "Muster GmbH")
        return lethe("init", *arguments, input=f"{PASSWORD}\n")

    return run


@pytest.fixture(scope="session")
def installation_to_copy(tmp_path_factory):
    """An installation as `lethe init` leaves it; made once, because making one takes a second."""
    folder = tmp_path_factory.mktemp("installation") / "lethe"
    arguments = ["--data-dir", str(folder), "init", "--admin-email", ADMIN, "--admin-password-file", "-", "--organisation", "Muster GmbH"]
    result = CliRunner().invoke(main, arguments, input=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def installed(installation_to_copy, data_dir):
    """Folder of an installation of the test's own."""
    shutil.copytree(installation_to_copy, data_dir)
    return data_dir


@pytest.fixture
def opened(installed, index_dir, monkeypatch):
    """The installation of the test's own, opened; its index has a folder of its own."""
    monkeypatch.setenv("LETHE_INDEX_DIR", str(index_dir))
    runtime = Runtime.open(load_settings(installed))
    yield runtime
    runtime.close()


@pytest.fixture
def populate(opened):
    """Take people in and seal the log: `populate(3)` returns their pseudonyms."""

    def run(count):
        now = opened.clock.now()
        with opened.database.writing() as session:
            people = [make_person(session, now) for _ in range(count)]
        opened.make_sealer().seal_all(opened.database, clock=opened.clock.now)
        return people

    return run
