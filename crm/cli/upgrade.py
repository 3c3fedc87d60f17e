"""`lethe upgrade`: brings the database of an older version to the schema of this one."""

from typing import TYPE_CHECKING

import click

from crm.cli.installation import pass_settings
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.settings import Settings


@click.command("upgrade", help=_("Die Datenbank einer älteren Version auf den Stand dieser Version bringen. Sichern Sie sie vorher."))
@pass_settings
def upgrade(settings: "Settings") -> None:
    """Bring the database up, or say that it is; a key is needed only where an older version left rows unsealed."""
    from crm.services import starting, upgrading

    starting.require_database(settings)
    upgraded = upgrading.bring_up(settings)
    if upgraded.before == upgraded.after:
        click.echo(_("Die Datenbank hat schon Stand %(revision)s; es war nichts zu tun.", revision=upgraded.after))
    else:
        click.echo(_("Die Datenbank ist von Stand %(before)s auf Stand %(after)s gebracht.", before=upgraded.before, after=upgraded.after))
