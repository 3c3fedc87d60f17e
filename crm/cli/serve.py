"""`lethe serve staff|portal`: one of the two sites under gunicorn."""

import errno
import os
import socket
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import urlsplit

import click

from crm import garbage
from crm.cli import log_lines
from crm.cli.errors import AddressTakenError, AddressUnusableError, SiteCannotStartError
from crm.cli.installation import pass_settings
from crm.cli.sentences import _, sentence_of
from crm.errors import CrmError

if TYPE_CHECKING:
    from crm.settings import Settings

# Entry points do not know each other; as on gunicorn's own command line, applications are named, not imported.
_APPLICATIONS: Final = {"staff": "crm.web", "portal": "crm.portal"}
_PORTS: Final = {"staff": 8000, "portal": 8001}
_GRACE_SECONDS: Final = 10
_COULD_NOT_START: Final = 3  # as gunicorn itself says it; its master then ends instead of trying for ever


@click.command("serve", help=_("Die Seite für Mitarbeitende (staff) oder das Portal (portal) bereitstellen, bis der Prozess beendet wird."))
@click.argument("site", type=click.Choice(list(_APPLICATIONS)))
@click.option("--port", type=click.IntRange(1, 65_535), help=_("Anderer Port als 8000 (staff) und 8001 (portal)."))
@pass_settings
def serve(settings: "Settings", site: str, port: int | None) -> None:
    """Run gunicorn in this process; each of its workers opens the vault for itself, after the fork."""
    from crm.services import starting

    (starting.require_database if site == "portal" else starting.require_ready)(settings)
    starting.require_current(settings)
    if site == "staff":
        starting.require_not_set_back(settings)
        starting.require_openable(settings)
    port = port or _port_of(settings, site)
    require_free(settings.host, port)
    log_lines.configure()
    _run_server(settings, site, f"{settings.host}:{port}")


def _port_of(settings: "Settings", site: str) -> int:
    """Return the port of a plain local address; behind a proxy the address says nothing about it."""
    origin = urlsplit(settings.staff_origin if site == "staff" else settings.portal_origin)
    return (origin.port if origin.scheme == "http" else None) or _PORTS[site]


def require_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened at, before anything says that somebody waits there.

    Raises:
        AddressTakenError, AddressUnusableError: why not.
    """
    address = f"{host}:{port}"
    try:
        # As gunicorn does, and so without those who left a moment ago.
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise (AddressTakenError if error.errno == errno.EADDRINUSE else AddressUnusableError)(address=address) from error


def _run_server(settings: "Settings", site: str, address: str) -> None:
    from gunicorn.app.base import BaseApplication

    class Site(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
        """One site as gunicorn's application; `load` runs in the workers."""

        def load_config(self) -> None:
            for name, value in server_settings(settings, site, address).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return _open_or_end(settings, site)

    master = os.getpid()
    try:
        Site().run()
    except SystemExit as end:
        if os.getpid() != master:  # one of its processes, which says with its number whether another is to be made
            raise
        sys.exit(1 if end.code else 0)


def server_settings(settings: "Settings", site: str, address: str) -> dict[str, Any]:
    """Return what gunicorn gets. There is no access log: who saw what stands in the ledger, not in a file."""
    return {
        "bind": address,
        "workers": settings.staff_workers if site == "staff" else settings.portal_workers,
        "worker_class": "gthread",
        "threads": settings.threads,
        "timeout": 60,
        "graceful_timeout": _GRACE_SECONDS,
        "worker_tmp_dir": str(settings.index_dir) if settings.index_dir.is_dir() else None,
        "loglevel": "warning",
        "logger_class": "crm.cli.server_log.ServerLog",  # the other lines name no visitor either
        "control_socket_disable": True,  # one door less
        "proc_name": f"lethe-{site}",
        "when_ready": lambda _server: _say_it_waits(site, address),
        "worker_exit": _close_application,
    }


def _say_it_waits(site: str, address: str) -> None:
    click.echo(_("Lethe (%(site)s) wartet auf %(address)s. Beenden mit Strg+C.", site=site, address=address), err=True)


def _open_or_end(settings: "Settings", site: str) -> Any:
    """Open the application, or say in one sentence why not and let gunicorn end: another process would fail like this one."""
    from crm.db import explaining

    try:
        with explaining():
            return _open_application(settings, site)
    except CrmError as error:
        _end_with(error)
    except OSError as error:
        _end_with(SiteCannotStartError(reason=error.strerror or type(error).__name__))


def _end_with(error: CrmError) -> NoReturn:
    click.echo(sentence_of(error), err=True)
    sys.exit(_COULD_NOT_START)


def _open_application(settings: "Settings", site: str) -> Any:
    from crm.runtime import PortalRuntime, Runtime
    from crm.services.health.reports import ProcessReport

    runtime = PortalRuntime.open(settings) if site == "portal" else Runtime.open(settings)
    app = import_module(_APPLICATIONS[site]).create_app(runtime)
    report = ProcessReport(runtime, site)
    report.start()
    app.extensions[_CLOSING] = (report, runtime)
    garbage.search_less()
    return app


_CLOSING: Final = "lethe.closing"


def _close_application(_server: Any, worker: Any) -> None:
    """Take the report back and forget the keys when a worker ends; it may have ended before it had an application."""
    application = getattr(worker, "wsgi", None)  # not there when the worker never came up
    for part in getattr(application, "extensions", {}).get(_CLOSING, ()):
        part.close()
