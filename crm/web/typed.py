"""What came with the request, as far as it can be what we sent."""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

_PSEUDONYM: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_LINE: Final = 400  # characters of one line; longer text is refused by its field with a sentence


class PseudonymConverter(BaseConverter):
    """Ids in addresses: 32 hex digits; anything else is no page of ours."""

    regex = "[0-9a-f]{32}"


def accept_pseudonyms(blueprint: Blueprint) -> None:
    """Let routes of `blueprint` use `<pseudonym:…>`; belongs before its first route."""

    def install(state: BlueprintSetupState) -> None:
        state.app.url_map.converters["pseudonym"] = PseudonymConverter

    blueprint.record(install)


def typed_line(name: str) -> str:
    """Return what was typed into a field of one line; signs that end a string in a database are left out."""
    return request.values.get(name, "")[:_LONGEST_LINE].replace("\0", "")


def typed_text(name: str) -> str:
    """Return what was typed into a field of many lines."""
    return request.form.get(name, "").replace("\0", "").replace("\r\n", "\n")


def chosen_id(name: str) -> str | None:
    """Return the id chosen in a filter or a form, or None."""
    value = request.values.get(name, "")
    return value if _PSEUDONYM.fullmatch(value) else None


def typed_number(name: str) -> int:
    """Return a small number that a form carries, such as a version; 0 for what is none."""
    value = request.form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else 0  # noqa: PLR2004 - nine digits fit into every integer column


def filled(values: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the arguments of an address that say something."""
    return {name: value for name, value in values.items() if value}
