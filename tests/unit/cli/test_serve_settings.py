"""What gunicorn is told."""

import pytest

from crm.cli.serve import _port_of, server_settings
from crm.settings import Settings


def settings(tmp_path, **values):
    return Settings(data_dir=tmp_path, **values)


def test_there_is_no_access_log(tmp_path):
    assert "accesslog" not in server_settings(settings(tmp_path), "staff", "127.0.0.1:8000")


def test_each_site_has_processes_of_its_own(tmp_path):
    chosen = settings(tmp_path, staff_workers=3, portal_workers=4)

    assert server_settings(chosen, "staff", "")["workers"] == 3
    assert server_settings(chosen, "portal", "")["workers"] == 4


@pytest.mark.parametrize(
    ("origin", "port"),
    [
        ("http://localhost:9000", 9000),
        ("http://crm.example.com", 8000),
        ("https://crm.example.com:8443", 8000),  # the port of the proxy, not ours
    ],
)
def test_the_port_is_that_of_a_plain_local_address(tmp_path, origin, port):
    assert _port_of(settings(tmp_path, staff_origin=origin), "staff") == port
