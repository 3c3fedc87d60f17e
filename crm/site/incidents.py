"""What broke unexpectedly: a number for the reader, and under the same number a line in the log for who mends it.

The line says which error was raised where, and not what the error says: its words may quote what somebody typed.

Source: Art. 5(1)(c), 32(1) DSGVO.
"""

import secrets
import traceback
from typing import Any, Final

import structlog
from flask import Flask, current_app, g, request

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another on the phone
_LENGTH: Final = 8
_DEEPEST: Final = 12  # places in the code, the innermost ones

_log = structlog.get_logger()


class Site(Flask):
    """Flask, but what broke is logged without the words of the error, and under the number that the page shows."""

    def log_exception(self, exc_info: Any) -> None:
        """Write one line about an error that no view expected."""
        report(exc_info[1])


def report(error: BaseException) -> None:
    """Write one line about what broke in this request."""
    _log.error(
        "page failed",
        incident=current_incident(),
        site=current_app.jinja_env.globals["site_name"],
        endpoint=request.endpoint,
        method=request.method,
        exception="\n".join([_names_of(error), *_places_of(error)]),
    )


def current_incident() -> str:
    """Return the number of what broke in this request."""
    if "incident" not in g:
        number = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        g.incident = f"{number[:4]}-{number[4:]}"
    return str(g.incident)


def _places_of(error: BaseException | None) -> list[str]:
    """Return where in the code an error and its causes were raised, as `file:line function`, the innermost last."""
    found: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        found = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames] + found
        error = error.__cause__ or error.__context__
    return found[-_DEEPEST:]


def _names_of(error: BaseException | None) -> str:
    """Return the class of an error and those of its causes; classes are names of ours, never words of a reader."""
    names = []
    while error is not None:
        names.append(type(error).__qualname__)
        error = error.__cause__ or error.__context__
    return " from ".join(names)


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])
