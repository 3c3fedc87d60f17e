"""Settings that cannot be right stop the start."""

import pytest
from pydantic import ValidationError

from crm.settings import Settings


@pytest.mark.parametrize("value", ["", "Europe", "Europe/Niemandsland", "../etc/localtime", "/etc/localtime", "Europe/Berlin\0"])
def test_a_time_zone_that_is_none_is_refused(tmp_path, value):
    with pytest.raises(ValidationError, match="no such time zone; one is Europe/Berlin"):
        Settings(data_dir=tmp_path, time_zone=value)


@pytest.mark.parametrize("value", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_taken(tmp_path, value):
    assert Settings(data_dir=tmp_path, time_zone=value).time_zone == value
