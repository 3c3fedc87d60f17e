"""An erasure that is killed at any statement is finished by the next process, and ends as if nothing had happened."""

import itertools
import json
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from crm.vault import keystore_metadata
from tests.integration.erasure.mortal import DIFFERS
from tests.support.whole_person import MARKERS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def lives():
    """A function that starts a life and returns how it ended."""
    command = [sys.executable, "-m", "tests.integration.erasure.mortal"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def live(**order):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            ended = json.loads(process.stdout.readline())
            assert "error" not in ended, ended
            return ended

        yield live
        process.stdin.close()


class Copies:
    """Fresh copies of a furnished installation, one for each death."""

    def __init__(self, house, engine_kind, tmp_path):
        self._settings = house.runtime.settings
        self._is_sqlite = engine_kind == "sqlite"
        self._folder = tmp_path
        self._numbers = itertools.count()
        house.runtime.close()

    @contextmanager
    def new(self):
        """Yield settings and the folders in which its files are."""
        folder = self._folder / f"copy-{next(self._numbers)}"
        shutil.copytree(self._settings.data_dir, folder / "installation")
        urls = [self._copy(url, folder) for url in (self._settings.database_url, self._settings.keystore_url)]
        yield (
            {
                "data_dir": str(folder / "installation"),
                "database_url": urls[0],
                "keystore_url": urls[1],
                "key_file": str(self._settings.key_file),
                "index_dir": str(self._settings.index_dir),
            },
            [str(folder)],
        )
        for url in urls:
            self._drop(url)
        shutil.rmtree(folder)

    def _copy(self, url, folder):
        source = make_url(url)
        if self._is_sqlite:
            target = folder / Path(source.database).parent.name / Path(source.database).name
            shutil.copytree(Path(source.database).parent, target.parent)
            return f"sqlite:///{target}"
        name = f"{source.database}_copy"
        self._administer(source, f"CREATE DATABASE {name} TEMPLATE {source.database} STRATEGY FILE_COPY")
        return source.set(database=name).render_as_string(hide_password=False)

    def _drop(self, url):
        if not self._is_sqlite:
            self._administer(make_url(url), f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    @staticmethod
    def _administer(url, statement):
        engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.fixture
def copies(house, keystore, engine_kind, tmp_path):
    house.seal_log()
    keystore.dispose()  # PostgreSQL copies only what nobody is connected to
    return Copies(house, engine_kind, tmp_path / "copies")


def test_the_words_that_are_looked_for_are_long_enough_to_be_no_accident():
    assert min(map(len, MARKERS)) >= 7
    assert DIFFERS.keys() - {"search_change", "erasure_job"} <= keystore_metadata.tables.keys()


@pytest.mark.slow
@pytest.mark.timeout(1_200)  # a minute and a half on an idle machine
def test_killed_before_each_statement_in_turn(house, copies, lives):
    request = {"subject_id": house.person.subject_id, "now": house.now.isoformat()}
    with copies.new() as (settings, folders):
        whole = lives(**request, settings=settings, folders=folders, looks=True)
    assert whole["state"]["acts"] == [
        ["erasure:ordered", house.person.subject_id],
        ["erasure:lists_left", None],
        ["erasure:key_destroyed", house.person.subject_id],
        ["erasure:completed", house.person.subject_id],
    ]
    assert (whole["files"], whole["state"]["salts"], whole["state"]["listed"]) == ([], 0, 0)

    died = 0
    for statement in itertools.count(1):
        with copies.new() as (settings, folders):
            ended = lives(**request, settings=settings, dies_before=statement)
            died += ended["signal"] == signal.SIGKILL
            after = lives(**request, settings=settings, folders=folders, looks=True)
        assert after["state"] == whole["state"], f"killed before statement {statement}"
        assert after["files"] == [], f"killed before statement {statement}"
        if ended["signal"] == 0:
            break

    assert died == statement - 1 > 25
