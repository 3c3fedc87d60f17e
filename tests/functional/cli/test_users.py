"""`lethe users`: accounts for whoever has the shell of the machine."""

import json
import re

import pytest
from click.testing import CliRunner

from crm.cli.main import main
from crm.db import Database, make_engine
from crm.models.account import Account

PASSWORD = "Zwölf Boote im Nebel"


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "lethe"


@pytest.fixture
def lethe(data_dir, tmp_path, index_dir, monkeypatch):
    """Run the command on an installation with its first account, in German."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LETHE_INDEX_DIR", str(index_dir))
    file = tmp_path / "password"
    file.write_text(PASSWORD, encoding="utf-8")

    def run(*arguments, **options):
        return CliRunner().invoke(main, ["--data-dir", str(data_dir), *map(str, arguments)], **options)

    made = run("init", "--admin-email", "ada@muster.test", "--admin-password-file", file)
    assert made.exit_code == 0, made.output
    return run


def listed(lethe):
    result = lethe("users", "list", "--json")
    assert result.exit_code == 0, result.output
    return {user["email"]: user for user in json.loads(result.stdout)}


def test_adds_an_account_and_shows_its_start_password_once(lethe):
    result = lethe("users", "add", "--email", "kim@muster.test", "--name", "Kim Ott", "--role", "sales", "--role", "service")

    assert result.exit_code == 0, result.output
    assert re.search(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", result.stdout)
    assert listed(lethe)["kim@muster.test"] == {
        "email": "kim@muster.test",
        "name": "Kim Ott",
        "roles": ["sales", "service"],
        "second_factor": False,
        "start_password": True,
        "created_at": listed(lethe)["kim@muster.test"]["created_at"],
        "disabled_at": None,
    }


def test_tells_a_program_what_it_needs(lethe):
    added = lethe("users", "add", "--email", "vera@muster.test", "--name", "Vera Kunze", "--role", "sales", "--json")

    told = json.loads(added.stdout)
    assert (added.exit_code, told["email"], len(told["pseudonym"])) == (0, "vera@muster.test", 32)
    assert len(told["start_password"]) >= 12


def test_takes_a_start_password_from_standard_input_and_does_not_print_it(lethe):
    arguments = ("users", "add", "--email", "kim@muster.test", "--name", "Kim", "--role", "sales", "--password-file", "-")

    result = lethe(*arguments, input="Rhabarber im Blechdach\n")

    assert result.exit_code == 0, result.output
    assert "Rhabarber" not in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--email", "ada@muster.test", "--name", "Ada", "--role", "sales"), "schon ein Konto"),
        (("--email", "no address", "--name", "Kim", "--role", "sales"), "keine E-Mail-Adresse"),
        (("--email", "kim@muster.test", "--name", "Kim", "--role", "dpo", "--role", "admin"), "dürfen sich nicht selbst"),
        (("--email", "kim@muster.test", "--name", "Kim", "--role", "king"), "king"),
        (("--email", "kim@muster.test", "--name", "Kim"), "--role"),
    ],
)
def test_refuses_bad_input_with_one_sentence_and_exit_code_2(lethe, arguments, sentence):
    result = lethe("users", "add", *arguments)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""
    assert len(listed(lethe)) == 1


def test_disables_an_account(lethe):
    lethe("users", "add", "--email", "kim@muster.test", "--name", "Kim Ott", "--role", "sales")

    result = lethe("users", "disable", "KIM@muster.test")

    assert result.exit_code == 0, result.output
    assert listed(lethe)["kim@muster.test"]["disabled_at"] is not None
    assert "gesperrt" in lethe("users", "list").stdout


def test_replaces_the_roles_of_an_account_also_of_the_only_administrator(lethe):
    result = lethe("users", "roles", "ada@muster.test", "--role", "admin", "--role", "sales")

    assert result.exit_code == 0, result.output
    assert listed(lethe)["ada@muster.test"]["roles"] == ["sales", "admin"]


def test_takes_the_role_from_no_last_administrator(lethe):
    result = lethe("users", "roles", "ada@muster.test", "--role", "sales")

    assert result.exit_code == 1
    assert "das letzte Konto" in result.stderr
    assert listed(lethe)["ada@muster.test"]["roles"] == ["admin"]


def test_keeps_the_last_administrator(lethe):
    result = lethe("users", "disable", "ada@muster.test")

    assert result.exit_code == 1
    assert "das letzte Konto" in result.stderr


def test_says_when_there_is_no_such_account(lethe):
    result = lethe("users", "disable", "nobody@muster.test")

    assert result.exit_code == 2
    assert "gibt es nicht" in result.stderr


def test_no_address_and_no_name_is_readable_in_the_database(lethe, data_dir):
    lethe("users", "add", "--email", "kim@muster.test", "--name", "Kim Ott", "--role", "sales")

    engine = make_engine(f"sqlite:///{data_dir / 'lethe.sqlite'}")
    with Database(engine).reading() as session:
        assert session.query(Account).count() == 2
    engine.dispose()
    content = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert b"muster.test" not in content
    assert b"Kim Ott" not in content
