"""Gives the portal's views the process they run in; it has no vault, so no view can open anything."""

from flask import current_app

from crm.runtime import PortalRuntime
from crm.site.installation import RUNTIME


def current_portal() -> PortalRuntime:
    """Return the runtime that the portal was made with."""
    runtime: PortalRuntime = current_app.extensions[RUNTIME]
    return runtime
