"""Settings that cannot be right stop the start."""

import pytest
from pydantic import ValidationError

from crm.settings import Settings


@pytest.mark.parametrize("value", ["", "Europe", "Europe/Niemandsland", "../etc/localtime", "/etc/localtime", "Europe/Berlin\0"])
def test_a_time_zone_that_is_none_is_refused(tmp_path, value):
    with pytest.raises(ValidationError, match="nennt keine Zeitzone"):
        Settings(data_dir=tmp_path, time_zone=value)


@pytest.mark.parametrize("value", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_taken(tmp_path, value):
    assert Settings(data_dir=tmp_path, time_zone=value).time_zone == value


@pytest.mark.parametrize("name", ["mail_from", "privacy_email"])
@pytest.mark.parametrize("value", ["", "lethe", "=?utf-8?q?x=40evil.example=2C_y?=@firma.example", "a@1.2.3.4", "a b@firma.example"])
def test_an_address_that_is_none_or_stands_for_another_is_refused(tmp_path, name, value):
    with pytest.raises(ValidationError, match="ist keine E-Mail-Adresse"):
        Settings(data_dir=tmp_path, **{name: value})


def test_a_plain_address_is_taken(tmp_path):
    settings = Settings(data_dir=tmp_path, mail_from="lethe@localhost", privacy_email="datenschutz@firma.example")

    assert (settings.mail_from, settings.privacy_email) == ("lethe@localhost", "datenschutz@firma.example")
