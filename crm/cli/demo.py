"""`lethe demo`: an installation full of invented people, with both sites and the worker."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crm.cli.configuration import read_settings
from crm.cli.installation import Installation
from crm.cli.processes import Processes
from crm.cli.sentences import _
from crm.cli.serve import require_free
from crm.errors import CrmError

if TYPE_CHECKING:
    from crm.mail.catcher import Catcher
    from crm.settings import Settings

_FOLDER: Final = Path("var/demo")
_MARK: Final = "invented"  # this folder may be thrown away: nobody real was ever in it
_MAIL_HOST: Final = "127.0.0.1"
_READY_WITHIN: Final = 60.0
_CONTACT: Final = {
    "organisation_address": "Königstraße 12, 34117 Kassel",
    "privacy_email": "datenschutz@auerfeld.example",
    "privacy_phone": "069 90009 120",  # a number kept free for inventions
}


class NotADemoError(CrmError):
    """The folder holds an installation that may be real."""

    message = "In %(folder)s liegt eine Installation, die keine Vorführung ist. Nennen Sie mit --data-dir einen anderen Ordner."


class DemoDidNotStartError(CrmError):
    """A process of the demonstration ended or does not answer."""

    message = "Die Vorführung ist nicht angelaufen. Sind die Ports %(staff_port)s und %(portal_port)s frei? Andere wählen Sie mit --port."


class DemoEndedError(CrmError):
    """A process of the running demonstration ended by itself."""

    message = "Ein Prozess der Vorführung hat sich beendet, deshalb wurde sie angehalten. Starten Sie sie neu; die Daten sind noch da."


@click.command("demo", help=_("Eine Vorführung mit erfundenen Daten starten, bis Strg+C; Ordner: var/demo."))
@click.option(
    "--port",
    type=click.IntRange(1, 65_533),
    default=8000,
    show_default=True,
    help=_("Port der Seite; Portal und Postfach nehmen die nächsten beiden."),
)
@click.option("--fresh", is_flag=True, help=_("Mit neuen erfundenen Daten beginnen."))
@click.pass_obj
def demo(installation: Installation, port: int, *, fresh: bool) -> None:
    """Make the demonstration if it is not there, then run it until it is stopped."""
    settings = _settings_of(installation, port)
    _require_invented(settings)
    _require_free(settings.host, port)
    if fresh or not _is_complete(settings):
        shutil.rmtree(settings.data_dir, ignore_errors=True)
        _make(settings)
    _run(settings, port)


def _settings_of(installation: Installation, port: int) -> "Settings":
    settings = read_settings(installation.data_dir or _FOLDER)
    origins = {"staff_origin": f"http://localhost:{port}", "portal_origin": f"http://localhost:{port + 1}"}
    return settings.model_copy(
        update={
            "demo": True,
            "organisation": "Auerfeld Fördertechnik GmbH",
            **_CONTACT,
            "smtp_host": None,
            **dict.fromkeys(("drop_address", "drop_host", "drop_user", "drop_password_file")),  # it would delete real mail
            **origins,
        }
    )


def _require_invented(settings: "Settings") -> None:
    """Refuse a folder that is not empty and not marked: the demonstration throws its data away."""
    folder = settings.data_dir
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise NotADemoError(folder=folder)


def _require_free(host: str, port: int) -> None:
    """Refuse ports that somebody listens at: whoever that is would answer in place of the demonstration.

    Raises:
        AddressTakenError, AddressUnusableError: which one, and what helps.
    """
    for address in ((host, port), (host, port + 1), (_MAIL_HOST, port + 2)):
        require_free(*address)


def _is_complete(settings: "Settings") -> bool:
    return (settings.data_dir / "lethe.toml").exists()


def _make(settings: "Settings") -> None:
    """Make the installation and fill it; `lethe.toml` comes last, so a broken start is made anew."""
    from crm.runtime import Runtime
    from crm.services import demo as demonstration
    from crm.services import installation

    click.echo(_("Erfundene Daten werden angelegt …"), err=True)
    settings.data_dir.mkdir(parents=True, mode=0o700)
    (settings.data_dir / _MARK).touch()
    installation.lay_ground(settings)
    runtime = Runtime.open(settings)
    runtime.vault.prepare()
    seeded = demonstration.seed(runtime.database, settings=runtime.settings, now=runtime.clock.now())
    runtime.make_sealer().seal_all(runtime.database, clock=runtime.clock.now)
    runtime.close()
    installation.write_settings(settings)
    click.echo(
        _("%(people)s Personen und %(companies)s Firmen, alle erfunden.", people=seeded.people, companies=seeded.companies), err=True
    )


def _run(settings: "Settings", port: int) -> None:
    from crm.services import starting

    starting.require_current(settings)
    starting.require_not_set_back(settings)
    processes = Processes(_environment(settings, port))
    processes.stop_on_signals()
    try:
        for arguments in (["serve", "staff", "--port", str(port)], ["serve", "portal", "--port", str(port + 1)], ["worker"]):
            processes.start(*arguments)
        with _mail_server(settings, port + 2):  # they need it only after they have started, which takes longer
            _watch(processes, settings, port)
    finally:
        processes.stop()


def _mail_server(settings: "Settings", port: int) -> "Catcher":
    from crm.mail.catcher import Catcher
    from crm.runtime import Runtime

    runtime = Runtime.open(settings)
    mailbox = runtime.mailbox
    runtime.close()
    return Catcher(mailbox, port=port)


def _environment(settings: "Settings", port: int) -> dict[str, str]:
    return {
        "LETHE_SMTP_HOST": _MAIL_HOST,
        "LETHE_SMTP_PORT": str(port + 2),
        "LETHE_DATA_DIR": str(settings.data_dir),
        "LETHE_DEMO": "true",
        "LETHE_STAFF_ORIGIN": settings.staff_origin,
        "LETHE_PORTAL_ORIGIN": settings.portal_origin,
        "LETHE_STAFF_WORKERS": "1",  # one visitor needs one process, and it starts sooner
        "LETHE_PORTAL_WORKERS": "1",
        **{f"LETHE_{name.upper()}": text for name, text in _CONTACT.items()},
    }


def _watch(processes: Processes, settings: "Settings", port: int) -> None:
    """Say when both sites answer, and stay until somebody asks to stop."""
    if not processes.await_pages([(settings.host, port, "/sign-in"), (settings.host, port + 1, "/")], seconds=_READY_WITHIN):
        raise DemoDidNotStartError(staff_port=port, portal_port=port + 1)
    click.echo(
        _(
            "Bereit. Seite: %(staff)s · Portal: %(portal)s · Beenden mit Strg+C",
            staff=settings.staff_origin,
            portal=settings.portal_origin,
        )
    )
    if processes.wait():
        raise DemoEndedError
