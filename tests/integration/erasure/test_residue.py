"""Nothing of a hundred people who were forgotten can be read in any file (Art. 17(1), 5(1)(e), 32(1) DSGVO)."""

import base64
import sys
import tempfile

import pytest
import structlog
from gunicorn.config import Config
from sqlalchemy import text

from crm.cli import log_lines
from crm.cli.server_log import ServerLog
from crm.jobs.attempts import Attempts
from crm.mail import OutboxMessage
from crm.models.erasure import ErasureJob, ErasureStep
from crm.portal import objection
from tests.integration.erasure.hundred import ASKING, Hundred
from tests.support.canaries import RECORDS, STEMS, Canaries, Witness, find_columns_for_words
from tests.support.mail_servers import counting_server
from tests.support.residue import find_residue

pytestmark = pytest.mark.slow

# Written when somebody asks; whoever is forgotten unasked has nothing there.
OF_REQUESTS = {
    "answer_package.sealed_package",
    "answer_package.sealed_summary",
    "intake_message.sealed_message",
    "pending_request.sealed_request",
    "request_case.sealed_answer",
    "request_case.sealed_decision",
    "request_case.sealed_request",
}


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files of this process and its children."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def logs(settings, monkeypatch):
    """The log of the program and that of the server, in files of the installation."""
    with (settings.data_dir / "program.log").open("w") as lines, monkeypatch.context() as redirected:
        redirected.setattr(sys, "stderr", lines)
        log_lines.configure()
        config = Config()
        config.set("errorlog", str(settings.data_dir / "server.log"))
        yield ServerLog(config)
    structlog.reset_defaults()


@pytest.fixture
def hundred(runtime, clock, temporary, logs):
    with counting_server() as (counter, transport):
        made = Hundred(runtime, clock, counter, transport)
        yield made
        made.close()


def test_nothing_of_a_hundred_people_can_be_read_in_any_file_once_they_are_forgotten(
    hundred, logs, engine_kind, databases, monkeypatch, tmp_path, temporary
):
    witness = Witness(monkeypatch)
    everywhere = [*hundred.folders, temporary, *([databases.folder] if engine_kind == "postgres" else [])]

    assert hundred.import_all(tmp_path / "export") == 2
    hundred.live()
    hundred.keeper.keep()
    let_things_fail(hundred, logs, monkeypatch)
    hundred.ask_to_be_forgotten()
    hundred.decide_all()
    before = find_residue(STEMS, hundred.folders)
    hundred.forget_all()

    assert hundred.count(ErasureJob, ErasureJob.step == ErasureStep.DONE) == len(hundred.people)
    assert (hundred.cases_closed(), hundred.count(OutboxMessage, OutboxMessage.sealed_letter.is_not(None))) == (ASKING, 0)
    assert_planted_everywhere(witness, hundred)
    assert_found_where_it_can_be_read(hundred, before, tmp_path)
    if engine_kind == "postgres":
        with hundred.runtime.engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))
    # A server keeps deleted rows in its own files for a time: moments and codes, because words are sealed (docs/explanation/erasure.md).
    assert find_residue((*STEMS, RECORDS), everywhere) == []
    assert (hundred.settings.data_dir / "program.log").stat().st_size > 0
    assert (hundred.settings.data_dir / "server.log").stat().st_size > 0
    neighbour = hundred.open_neighbour()
    assert (neighbour["last_name"], neighbour["email"]) == (hundred.neighbour.last_name, hundred.neighbour.kept_email)


def let_things_fail(hundred, server_log, monkeypatch):
    """Let a job, a page and a request fail over what somebody has written."""
    words = hundred.people[0]

    def fail(*_arguments, **_more):
        raise ValueError(f"cannot read {words.last_name}, {words.email}, {words.phone}")

    Attempts(lambda _name, _number: None).make("test.fails", fail)()
    with monkeypatch.context() as broken:
        broken.setattr(objection, "drop_in", fail)
        assert hundred.client.post("/objection", data={"email": words.email}).status_code == 500
    server_log.warning("Invalid request from ip=192.0.2.7: %s", words.word("url"))
    server_log.exception("Error handling request /o/%s", words.word("url"))


def assert_planted_everywhere(witness, hundred):
    """Every column that can hold a person's words has held those of each: a new one without a canary is missing here."""
    everybody, asking = ({each.number for each in people} for people in (hundred.people, hundred.people[:ASKING]))
    wanted = {column: asking if column in OF_REQUESTS else everybody for column in find_columns_for_words()}

    assert {column: numbers - witness.seen[column] for column, numbers in wanted.items() if not numbers <= witness.seen[column]} == {}


def assert_found_where_it_can_be_read(hundred, before, folder):
    """The same search finds every word of everybody where it is written down, and those of the living in the index in RAM."""
    assert {word for word, _file in before} == set(STEMS)
    assert [file for _word, file in before if not file.startswith(str(hundred.settings.index_dir))] == []
    words = {word for each in hundred.people for word in each.all_words}
    for name, write_down in WAYS_TO_WRITE.items():
        plain = folder / "plain" / name
        plain.mkdir(parents=True)
        (plain / "words").write_bytes(b" ".join(write_down(word) for word in sorted(words)))
        assert {word for word, _file in find_residue(words, [plain])} == words
    mails = folder / "mails"
    mails.mkdir()
    for number, (_to, content) in enumerate(hundred.counter.messages):
        (mails / str(number)).write_bytes(content)
    asking = {each.word("eml") for each in hundred.people[:ASKING]}
    assert {word for word, _file in find_residue(asking, [mails])} == asking


WAYS_TO_WRITE = {
    "as_is": str.encode,
    "lower_case": lambda word: word.lower().encode(),
    "utf_16": lambda word: word.encode("utf-16-le"),
    "latin": lambda word: word.encode("latin-1"),
    "without_umlauts": lambda word: word.replace("ü", "ue").replace("ö", "oe").encode(),
    "base64": lambda word: base64.b64encode(f"= {word}.".encode()),
}


def test_each_person_has_words_of_their_own():
    words = [word for number in range(100) for word in Canaries(number).all_words]

    assert len(set(words)) == len(words)
