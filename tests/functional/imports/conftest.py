"""`lethe import` on an installation of the test's own."""

import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from crm.cli.main import main

ADMIN = "admin@muster.test"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """An installation as `lethe init` leaves it; made once, because making one takes a second."""
    folder = tmp_path_factory.mktemp("furnished") / "lethe"
    arguments = ["--data-dir", str(folder), "init", "--admin-email", ADMIN, "--admin-password-file", "-"]
    result = CliRunner().invoke(main, arguments, input="Zwölf Boote im Nebel\n")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def data_dir(furnished, tmp_path):
    folder = tmp_path / "lethe"
    shutil.copytree(furnished, folder)
    return folder


@pytest.fixture
def lethe(data_dir, index_dir, monkeypatch):
    """Run the command in German: `lethe("import", "salesforce", folder)`."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LETHE_INDEX_DIR", str(index_dir))

    def run(*arguments, into=data_dir):
        return CliRunner().invoke(main, ["--data-dir", str(into), *map(str, arguments)])

    return run


@pytest.fixture
def start(data_dir, index_dir):
    """Start the command as a process of its own, whose temporary files would lie in the data directory too."""
    started = []

    def run(*arguments):
        scratch = data_dir / "scratch"
        scratch.mkdir(exist_ok=True)
        environment = {**os.environ, "LC_ALL": "de_DE.UTF-8", "LETHE_INDEX_DIR": str(index_dir), "TMPDIR": str(scratch)}
        command = [sys.executable, "-m", "crm", "--data-dir", str(data_dir), *map(str, arguments)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
