"""Gives views the running installation."""

from typing import Final

from flask import current_app

from crm.runtime import Runtime

RUNTIME: Final = "lethe"


def current_runtime() -> Runtime:
    """Return the runtime that this application was made with."""
    runtime: Runtime = current_app.extensions[RUNTIME]
    return runtime
