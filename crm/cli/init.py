"""`lethe init`: a new installation, without a question."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm.cli.errors import FileUnreadableError
from crm.cli.installation import command_line_actor, pass_settings
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.settings import Settings


@click.command("init", help=_("Eine neue Installation anlegen: Schlüssel, Datenbank, erstes Konto. Fragt nichts."))
@click.option("--admin-email", required=True, metavar="EMAIL", help=_("E-Mail-Adresse des ersten Kontos (Administration)."))
@click.option(
    "--admin-password-file", required=True, metavar="FILE", help=_("Datei, deren erste Zeile das Passwort ist; - für die Standardeingabe.")
)
@click.option("--organisation", metavar="NAME", help=_("Name des Verantwortlichen, wie ihn jede Seite zeigt."))
@pass_settings
def initialise(settings: "Settings", admin_email: str, admin_password_file: str, organisation: str | None) -> None:
    """Make an installation; refuse where one is."""
    from crm.runtime import Runtime
    from crm.services import installation

    if organisation is not None:
        settings = settings.model_copy(update={"organisation": organisation})
    password = read_password(admin_password_file)
    installation.require_possible(settings, email=admin_email, password=password)
    installation.lay_ground(settings)
    runtime = Runtime.open(settings)
    runtime.vault.prepare()
    with runtime.database.writing() as session:
        installation.furnish(session, email=admin_email, password=password, actor=command_line_actor(), now=runtime.clock.now())
    runtime.close()
    installation.write_settings(settings)
    _say_what_is_next(settings)


def read_password(file: str) -> str:
    """Return the first line of a file, or of standard input for `-`: a password on the command line would show in lists of processes.

    Raises:
        FileUnreadableError: there is no such file, or it is no text.
    """
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise FileUnreadableError(file=file, reason=reason) from error
    return next(iter(text.splitlines()), "")


def _say_what_is_next(settings: "Settings") -> None:
    folder = settings.data_dir
    for sentence in (
        _("Die Installation in %(folder)s ist angelegt.", folder=folder),
        _("Starten: lethe --data-dir %(folder)s serve staff, daneben lethe --data-dir %(folder)s worker.", folder=folder),
        _("Anmelden: %(origin)s. Bei der ersten Anmeldung richten Sie den zweiten Faktor (TOTP) ein.", origin=settings.staff_origin),
        _("Sichern Sie %(file)s getrennt von den Daten: Ohne diese Schlüssel ist keine Person mehr lesbar.", file=settings.epoch_keys),
    ):
        click.echo(sentence)
