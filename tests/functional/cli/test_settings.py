"""Wrong settings stop the start with one clear sentence and exit 2."""

import pytest


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('organisatoin = "Muster"', "organisatoin"),
        ("threads = 0", "threads"),
        ('staff_workers = "viele"', "staff_workers"),
        ("organisation = Muster", "lethe.toml"),
    ],
)
def test_a_wrong_settings_file_is_one_sentence(installed, lethe, text, named):
    (installed / "lethe.toml").write_text(text, encoding="utf-8")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert named in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_slip_in_the_environment_is_not_ignored(lethe, monkeypatch):
    monkeypatch.setenv("LETHE_KEYFILE", "/srv/keys")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert "LETHE_KEYFILE" in result.stderr


def test_a_value_is_never_shown_because_it_could_be_a_secret(lethe, monkeypatch):
    monkeypatch.setenv("LETHE_SMTP_PORT", "geheim")

    result = lethe("doctor")

    assert result.exit_code == 2
    assert "geheim" not in result.output


def test_without_an_installation_the_sentence_says_how_to_make_one(lethe, data_dir):
    result = lethe("doctor")

    assert result.exit_code == 1
    assert "lethe init" in result.stderr
    assert not data_dir.exists()


def test_an_unknown_command_is_wrong_usage(lethe):
    assert lethe("conquer").exit_code == 2
