"""Reads the settings and says in one sentence what is wrong with them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crm.cli.errors import SettingsUnreadableError, UnknownSettingError
from crm.errors import InvalidInputError
from crm.setting_errors import (
    SettingMissingError,
    SettingNumberError,
    SettingRefusedError,
    SettingSwitchError,
    SettingTextError,
    SettingTooLongError,
)

if TYPE_CHECKING:
    from pydantic import ValidationError

    from crm.settings import Settings

# Read by the tests of Lethe and not by Lethe.
_NOT_SETTINGS = frozenset({"LETHE_REQUIRE_ALL", "LETHE_SAMPLE_DATA", "LETHE_SCREENSHOTS"})

_FAULTS: Final[Mapping[str, type[SettingRefusedError]]] = {
    "missing": SettingMissingError,
    "bool_parsing": SettingSwitchError,
    "bool_type": SettingSwitchError,
    "string_type": SettingTextError,
    "path_type": SettingTextError,
    "string_too_long": SettingTooLongError,
}


def read_settings(data_dir: Path | None) -> "Settings":
    """Return the settings of the installation in `data_dir`.

    Raises:
        SettingsUnreadableError, TomlFaultError, UnknownSettingError, SettingRefusedError: nothing is started on a guess.
    """
    from pydantic import ValidationError

    from crm.settings import Settings, load_settings

    for name in os.environ:
        if name.startswith("LETHE_") and name not in _NOT_SETTINGS and name.removeprefix("LETHE_").lower() not in Settings.model_fields:
            raise UnknownSettingError(name=name)
    try:
        return load_settings(data_dir)
    except OSError as error:
        raise SettingsUnreadableError(file=error.filename) from error
    except ValidationError as error:
        # The cause is left out: it shows values, and a value can be a password.
        raise _refusal(error) from None


def _refusal(error: "ValidationError") -> InvalidInputError:
    """Return the first fault as one of ours: that of a validator as it is, one that pydantic found by its kind."""
    first = error.errors(include_url=False, include_input=False)[0]
    name, kind, facts = ".".join(map(str, first["loc"])), first["type"], first.get("ctx", {})
    if isinstance(found := facts.get("error"), SettingRefusedError):
        return found
    if kind == "extra_forbidden":
        return UnknownSettingError(name=name)
    if bounds := _bounds_of(name):
        return SettingNumberError(name=name, **bounds)
    return _FAULTS.get(kind, SettingRefusedError)(name=name, longest=facts.get("max_length"))


def _bounds_of(name: str) -> dict[str, Any]:
    """Return what a number is bound by, and nothing where the setting is none."""
    from crm.settings import Settings

    field = Settings.model_fields.get(name)
    if field is None or field.annotation is not int:
        return {}
    bounds = {bound: getattr(each, bound) for each in field.metadata for bound in ("ge", "le") if hasattr(each, bound)}
    return {"least": bounds["ge"], "most": bounds["le"], "default": field.default}
