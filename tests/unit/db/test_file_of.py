"""Where a database lies, read from its address."""

from pathlib import Path

import pytest

from crm.db import file_of


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////var/lethe/lethe.sqlite", Path("/var/lethe/lethe.sqlite")),
        ("sqlite:///lethe.sqlite", Path("lethe.sqlite")),
        ("sqlite:///:memory:", None),
        ("sqlite://", None),
        ("postgresql+psycopg://host/lethe", None),
    ],
)
def test_a_database_has_a_file_only_on_a_disk_of_its_own(url, file):
    assert file_of(url) == file
