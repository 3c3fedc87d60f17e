"""Reads the settings and says in one sentence what is wrong with them."""

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from crm.cli.errors import SettingRefusedError, SettingsUnreadableError, UnknownSettingError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from crm.settings import Settings

# Read by the tests of Lethe and not by Lethe.
_NOT_SETTINGS = frozenset({"LETHE_REQUIRE_ALL", "LETHE_SAMPLE_DATA", "LETHE_SCREENSHOTS"})


def read_settings(data_dir: Path | None) -> "Settings":
    """Return the settings of the installation in `data_dir`.

    Raises:
        SettingsUnreadableError, UnknownSettingError, SettingRefusedError: nothing is started on a guess.
    """
    from pydantic import ValidationError

    from crm.settings import Settings, load_settings

    for name in os.environ:
        if name.startswith("LETHE_") and name not in _NOT_SETTINGS and name.removeprefix("LETHE_").lower() not in Settings.model_fields:
            raise UnknownSettingError(name=name)
    try:
        return load_settings(data_dir)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsUnreadableError(file="lethe.toml", reason=error) from error
    except ValidationError as error:
        # The cause is left out: it shows values, and a value can be a password.
        raise _refusal(error) from None


def _refusal(error: "ValidationError") -> UnknownSettingError | SettingRefusedError:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return UnknownSettingError(name=name)
    return SettingRefusedError(name=name, reason=first["msg"])
