"""The entry of the command `lethe`, and the list of its commands."""

import os
from pathlib import Path
from typing import Final

import click

from crm import __version__
from crm.cli import parent
from crm.cli.installation import Installation
from crm.cli.lazy import LazyGroup, Listed
from crm.cli.sentences import _


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a sentence that is translated later
    """Return `message`; the extraction of translations finds it by this call."""
    return message


COMMANDS: Final = {
    "init": Listed("crm.cli.init", N_("Eine neue Installation anlegen.")),
    "serve": Listed("crm.cli.serve", N_("Die Seite für Mitarbeitende oder das Portal bereitstellen.")),
    "worker": Listed("crm.cli.worker", N_("Die Arbeit im Hintergrund ausführen: Protokoll versiegeln, Suche pflegen.")),
    "demo": Listed("crm.cli.demo", N_("Eine Vorführung mit erfundenen Daten starten.")),
    "users": Listed("crm.cli.users", N_("Konten anlegen, auflisten und sperren.")),
    "import": Listed("crm.cli.imports", N_("Personen und Firmen aus einem anderen CRM übernehmen.")),
    "retention": Listed("crm.cli.retention", N_("Löschkonzept: zeigen, was fällig ist, und es vergessen.")),
    "log": Listed("crm.cli.log", N_("Das Verarbeitungsprotokoll prüfen, zeigen und ausgeben.")),
    "upgrade": Listed("crm.cli.upgrade", N_("Die Datenbank einer älteren Version auf den Stand dieser Version bringen.")),
    "doctor": Listed("crm.cli.doctor", N_("Prüfen, ob die laufende Installation sicher eingerichtet ist.")),
}


_ONLY_OWNER: Final = 0o077


@click.group(cls=LazyGroup, listed=COMMANDS, help=_("Lethe, das CRM, das vergessen kann."))
@click.version_option(__version__, prog_name="lethe", message="%(prog)s %(version)s")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=_("Ordner der Installation; sonst LETHE_DATA_DIR, sonst var/lethe."),
)
@click.option(parent.OPTION, "with_parent", is_flag=True, hidden=True)  # of the demonstration, for its own processes
@click.pass_context
def main(context: click.Context, data_dir: Path | None, *, with_parent: bool) -> None:
    """Remember which installation is meant; it is opened by the commands that need it."""
    if with_parent:
        parent.end_with_parent()
    os.umask(_ONLY_OWNER)  # whatever a command writes, nobody else on the machine reads it
    installation = Installation(data_dir)
    context.obj = installation
    context.call_on_close(installation.close)
