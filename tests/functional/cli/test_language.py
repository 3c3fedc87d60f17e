"""The command line speaks German or English, by locale (docs/decisions/0004)."""

import os
import subprocess
import sys

import pytest

GERMAN = "Hier ist noch keine Installation"


def run(tmp_path, *arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LETHE_", "LC_", "LANG"))}
    command = [sys.executable, "-m", "crm", "--data-dir", str(tmp_path), *arguments]
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "is_german"),
    [
        ({}, False),
        ({"LANG": "de_AT.UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "fr_FR.UTF-8"}, False),
        ({"LANG": "en_GB.UTF-8", "LETHE_LANGUAGE": "de"}, True),
    ],
)
def test_the_terminal_decides(tmp_path, environment, is_german):
    result = run(tmp_path, "doctor", **environment)

    assert result.returncode == 1
    assert (GERMAN in result.stderr) is is_german
    assert result.stdout == ""


def test_the_list_of_commands_is_in_the_language_too(tmp_path):
    assert "Eine neue Installation anlegen." in run(tmp_path, "--help", LANG="de_DE.UTF-8").stdout
    assert "Eine neue Installation anlegen." not in run(tmp_path, "--help", LANG="en_GB.UTF-8").stdout
