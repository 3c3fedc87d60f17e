"""`lethe serve staff|portal`: one of the two sites under gunicorn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import click

from crm.cli import log_lines
from crm.cli.installation import pass_settings
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.settings import Settings

# Entry points do not know each other; as on gunicorn's own command line, applications are named, not imported.
_APPLICATIONS: Final = {"staff": "crm.web", "portal": "crm.portal"}
_PORTS: Final = {"staff": 8000, "portal": 8001}
_GRACE_SECONDS: Final = 10


@click.command("serve", help=_("Die Seite für Mitarbeitende (staff) oder das Portal (portal) bereitstellen, bis der Prozess beendet wird."))
@click.argument("site", type=click.Choice(list(_APPLICATIONS)))
@click.option("--port", type=click.IntRange(1, 65_535), help=_("Anderer Port als 8000 (staff) und 8001 (portal)."))
@pass_settings
def serve(settings: "Settings", site: str, port: int | None) -> None:
    """Run gunicorn in this process; each of its workers opens the vault for itself, after the fork."""
    from crm.services import installation

    if site == "portal":
        installation.require_database(settings)
    else:
        installation.require_ready(settings)
        installation.require_not_set_back(settings)
    log_lines.configure()
    address = f"{settings.host}:{port or _port_of(settings, site)}"
    click.echo(_("Lethe (%(site)s) wartet auf %(address)s. Beenden mit Strg+C.", site=site, address=address), err=True)
    _run_server(settings, site, address)


def _port_of(settings: "Settings", site: str) -> int:
    """Return the port of a plain local address; behind a proxy the address says nothing about it."""
    origin = urlsplit(settings.staff_origin if site == "staff" else settings.portal_origin)
    return (origin.port if origin.scheme == "http" else None) or _PORTS[site]


def _run_server(settings: "Settings", site: str, address: str) -> None:
    from gunicorn.app.base import BaseApplication

    class Site(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
        """One site as gunicorn's application; `load` runs in the workers."""

        def load_config(self) -> None:
            for name, value in server_settings(settings, site, address).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return _open_application(settings, site)

    Site().run()


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
        "worker_exit": _close_application,
    }


def _open_application(settings: "Settings", site: str) -> Any:
    from crm.runtime import PortalRuntime, Runtime
    from crm.services.health import report_process

    runtime = PortalRuntime.open(settings) if site == "portal" else Runtime.open(settings)
    report = report_process(runtime, site)
    report.start()
    app = import_module(_APPLICATIONS[site]).create_app(runtime)
    app.extensions[_CLOSING] = (report, runtime)
    return app


_CLOSING: Final = "lethe.closing"


def _close_application(_server: Any, worker: Any) -> None:
    """Take the report back and forget the keys when a worker ends; it may have ended before it had an application."""
    application = getattr(worker, "wsgi", None)  # not there when the worker never came up
    for part in getattr(application, "extensions", {}).get(_CLOSING, ()):
        part.close()
