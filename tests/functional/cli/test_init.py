"""`lethe init`: a new installation without a question, and never over another one."""

import stat

import pytest

ADMIN = "admin@muster.test"
PASSWORD = "Zwölf Boote im Nebel"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_makes_an_installation_and_says_what_comes_next(initialise, data_dir):
    result = initialise()

    assert result.exit_code == 0, result.output
    assert (data_dir / "lethe.toml").exists()
    assert "TOTP" in result.output
    assert "serve staff" in result.output


def test_only_the_owner_reads_what_was_made(installed):
    exposed = [path for path in (installed, *installed.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]

    assert exposed == []


def test_the_address_of_the_first_account_lies_nowhere_in_plain_text(installed):
    assert [path for path, content in contents(installed).items() if ADMIN.encode() in content] == []


def test_remembers_the_organisation(installed):
    assert 'organisation = "Muster GmbH"' in (installed / "lethe.toml").read_text(encoding="utf-8")


def test_takes_the_password_from_a_file(lethe, tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")

    result = lethe("init", "--admin-email", ADMIN, "--admin-password-file", file)

    assert result.exit_code == 0, result.output


def test_refuses_an_existing_installation_and_changes_nothing(initialise, installed):
    before = contents(installed)

    result = initialise()

    assert result.exit_code == 2
    assert "schon eine Installation" in result.stderr
    assert contents(installed) == before


@pytest.mark.parametrize("left", ["lethe.toml", "keys/epoch.keys", "lethe.sqlite"])
def test_refuses_even_a_part_of_an_installation(initialise, data_dir, left):
    (data_dir / left).parent.mkdir(parents=True)
    (data_dir / left).write_bytes(b"")

    assert initialise().exit_code == 2


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("keine-adresse", PASSWORD, "E-Mail"),
        (ADMIN, "kurz", "Passwort"),
        (ADMIN, "", "Passwort"),
    ],
)
def test_a_refusal_leaves_nothing_behind(lethe, data_dir, email, password, sentence):
    result = lethe("init", "--admin-email", email, "--admin-password-file", "-", input=password)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not data_dir.exists()


def test_a_password_file_that_is_not_there_is_one_sentence(lethe, data_dir):
    result = lethe("init", "--admin-email", ADMIN, "--admin-password-file", data_dir / "none")

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not data_dir.exists()


@pytest.mark.postgres
class TestOnPostgreSQL:
    """Business data and key store on a server."""

    @pytest.fixture
    def addresses(self, databases, monkeypatch):
        urls = {name: databases.new("postgres", "empty") for name in ("LETHE_DATABASE_URL", "LETHE_KEYSTORE_URL")}
        for name, url in urls.items():
            monkeypatch.setenv(name, url)
        yield urls
        for url in urls.values():
            databases.drop(url)

    def test_makes_an_installation_in_empty_databases(self, addresses, initialise, lethe):
        assert initialise().exit_code == 0

        assert "Datenbank und Schlüsselspeicher antworten" in lethe("doctor").stdout

    def test_refuses_databases_that_hold_tables(self, addresses, initialise, data_dir, monkeypatch, tmp_path):
        initialise()
        monkeypatch.setenv("LETHE_KEY_FILE", str(tmp_path / "other.keys"))
        (data_dir / "lethe.toml").unlink()

        assert initialise().exit_code == 2
        assert not (tmp_path / "other.keys").exists()

    def test_a_server_that_does_not_answer_is_one_sentence(self, initialise, data_dir, monkeypatch, tmp_path):
        monkeypatch.setenv("LETHE_DATABASE_URL", f"postgresql://lethe@/lethe?host={tmp_path}")

        result = initialise()

        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
        assert "Datenbank antwortet nicht" in result.stderr
        assert not data_dir.exists()
