"""What came with the request, as far as it can be what we sent."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, Flask, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from crm.days import read_day
from crm.errors import InvalidInputError
from crm.readable import visible
from crm.site.words import FIELD_TITLES

_PSEUDONYM: Final = re.compile(r"[0-9a-f]{32}")
_DAYS: Final = ("_on", "_from", "_until")
_LONGEST_LINE: Final = 400  # characters of one line; longer text is refused by its field with a sentence


class NullCharacterError(InvalidInputError):
    """A field holds the sign that ends a string in a database; leaving it out would change what was typed unseen."""

    message = "Das Feld „%(title)s“ enthält ein Nullzeichen, das sich nicht speichern lässt. Tippen Sie den Inhalt neu."


def install(app: Flask) -> None:
    """Let no request in whose fields hold what no database keeps; who goes back finds everything as it was."""
    app.before_request(_require_no_null_character)


def _require_no_null_character() -> None:
    for fields in (request.args, request.form):
        for name, value in fields.items(multi=True):
            if "\0" in value:
                raise NullCharacterError(field=name, title=str(FIELD_TITLES.get(name, name)))


class PseudonymConverter(BaseConverter):
    """Ids in addresses: 32 hex digits; anything else is no page of ours."""

    regex = "[0-9a-f]{32}"


def accept_pseudonyms(blueprint: Blueprint) -> None:
    """Let routes of `blueprint` use `<pseudonym:…>`; belongs before its first route."""

    def install(state: BlueprintSetupState) -> None:
        state.app.url_map.converters["pseudonym"] = PseudonymConverter

    blueprint.record(install)


def typed_line(name: str) -> str:
    """Return what was typed into a field of one line."""
    return visible(request.values.get(name, ""))[:_LONGEST_LINE]


def typed_text(name: str) -> str:
    """Return what was typed into a field of many lines."""
    return visible(request.form.get(name, "")).replace("\r\n", "\n")


def chosen_id(name: str) -> str | None:
    """Return the id chosen in a filter or a form, or None."""
    value = request.values.get(name, "")
    return value if _PSEUDONYM.fullmatch(value) else None


def typed_number(name: str) -> int:
    """Return a small number that a form carries, such as a version; 0 for what is none."""
    value = request.form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else 0  # noqa: PLR2004 - nine digits fit into every integer column


def typed_day(name: str) -> date | None:
    """Return the day that was typed, or None where there is none."""
    return read_day(typed_line(name))


def typed_day_line(name: str) -> str:
    """Return what was typed into a field for a day, a day as such a field shows it; it would show nothing else."""
    day = typed_day(name)
    return day.isoformat() if day else typed_line(name)


def typed_fields(names: Iterable[str], *, prefix: str = "") -> dict[str, str]:
    """Return what was typed into these fields by name; those for a day end in `_on`, `_from` or `_until`, as everywhere."""
    return {name: typed_day_line(prefix + name) if name.endswith(_DAYS) else typed_line(prefix + name) for name in names}


def filled(values: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the arguments of an address that say something."""
    return {name: value for name, value in values.items() if value}
