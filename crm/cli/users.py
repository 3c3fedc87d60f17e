"""`lethe users`: accounts of staff, for whoever has the shell of the machine."""

from typing import TYPE_CHECKING

import click

from crm.actor import Role
from crm.cli.init import read_password
from crm.cli.installation import command_line_actor, pass_writing_runtime
from crm.cli.listing import json_option, print_json
from crm.cli.sentences import _

if TYPE_CHECKING:
    from crm.runtime import Runtime
    from crm.services.accounts.users import User


_ROLES = click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help=_("Rolle; für mehrere Rollen mehrmals angeben."),
)


@click.group("users", help=_("Konten anlegen, auflisten und sperren."))
def users() -> None:
    """Group the commands about accounts."""


@users.command("add", help=_("Ein Konto anlegen. Das Passwort wird bei der ersten Anmeldung durch ein eigenes ersetzt."))
@click.option("--email", required=True, metavar="EMAIL", help=_("E-Mail-Adresse, mit der sich die Person anmeldet."))
@click.option("--name", required=True, metavar="NAME", help=_("Name, wie er im Programm stehen soll."))
@_ROLES
@click.option(
    "--password-file",
    metavar="FILE",
    help=_("Datei, deren erste Zeile das Startpasswort ist; - für die Standardeingabe. Ohne sie wird eines erzeugt und einmal gezeigt."),
)
@json_option
@pass_writing_runtime
def add(runtime: "Runtime", email: str, name: str, roles: tuple[str, ...], password_file: str | None, *, as_json: bool) -> None:
    """Add an account."""
    from crm.services.accounts import users as accounts

    held = {Role(role) for role in roles}
    actor, now = command_line_actor(), runtime.clock.now()
    if password_file is not None:
        password = read_password(password_file)
        with runtime.database.writing() as session:
            added = accounts.add_with_password(session, email=email, name=name, roles=held, password=password, actor=actor, now=now)
            pseudonym = added.pseudonym
        start_password = None
    else:
        with runtime.database.writing() as session:
            invitation = accounts.add(session, email=email, name=name, roles=held, actor=actor, now=now)
        pseudonym, start_password = invitation.pseudonym, invitation.start_password
    if as_json:
        print_json({"email": email, "pseudonym": pseudonym, "start_password": start_password})
    elif start_password is None:
        click.echo(_("Das Konto ist angelegt."))
    else:
        click.echo(_("Das Konto ist angelegt. Startpasswort, nur hier gezeigt: %(password)s", password=start_password))


@users.command("list", help=_("Alle Konten auflisten. Das wird eingetragen."))
@json_option
@pass_writing_runtime
def show_list(runtime: "Runtime", *, as_json: bool) -> None:
    """List all accounts."""
    from crm.services.accounts import users as accounts

    with runtime.database.reading() as session:
        listed = accounts.list_users(session, actor=command_line_actor(), now=runtime.clock.now())
    if as_json:
        print_json([_as_json(user) for user in listed])
        return
    for user in listed:
        click.echo(f"{user.email}\t{user.name}\t{', '.join(user.roles)}\t{_state(user)}")


@users.command("disable", help=_("Ein Konto sperren und alle seine Anmeldungen beenden; USER ist die E-Mail-Adresse."))
@click.argument("user", metavar="USER")
@pass_writing_runtime
def disable(runtime: "Runtime", user: str) -> None:
    """Shut an account."""
    from crm.services.accounts import user_changes
    from crm.services.accounts import users as accounts

    with runtime.database.writing() as session:
        account_id = accounts.get_id_by_email(session, user)
        user_changes.disable(session, account_id=account_id, actor=command_line_actor(), now=runtime.clock.now())
    click.echo(_("Das Konto ist gesperrt; alle seine Anmeldungen sind beendet."))


@users.command("roles", help=_("Die Rollen eines Kontos ersetzen und alle seine Anmeldungen beenden; USER ist die E-Mail-Adresse."))
@click.argument("user", metavar="USER")
@_ROLES
@pass_writing_runtime
def set_roles(runtime: "Runtime", user: str, roles: tuple[str, ...]) -> None:
    """Replace the roles of an account."""
    from crm.services.accounts import user_changes
    from crm.services.accounts import users as accounts

    held = {Role(role) for role in roles}
    with runtime.database.writing() as session:
        account_id = accounts.get_id_by_email(session, user)
        user_changes.set_roles(session, account_id=account_id, roles=held, actor=command_line_actor(), now=runtime.clock.now())
    click.echo(_("Die Rollen sind geändert; die Person meldet sich neu an."))


def _as_json(user: "User") -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "roles": list(user.roles),
        "second_factor": user.has_second_factor,
        "start_password": user.has_start_password,
        "created_at": user.created_at.isoformat(),
        "disabled_at": user.disabled_at.isoformat() if user.disabled_at else None,
    }


def _state(user: "User") -> str:
    if user.disabled_at is not None:
        return _("gesperrt")
    return _("Startpasswort") if user.has_start_password else _("offen")
