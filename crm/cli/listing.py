"""Options that commands share, and JSON on standard output."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from crm.cli.sentences import _

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Add `--json`; whoever takes it prints with `print_json` and nothing else on standard output."""
    return click.option("--json", "as_json", is_flag=True, help=_("Ausgabe als JSON."))(command)


def as_option(command: F) -> F:
    """Add the required `--as USER` of commands that show people; it arrives as `as_user`.

    People are contacts: what is known of them is opened for a role and a purpose, and somebody has to hold that role.
    Accounts of staff are none; whoever has the shell of the machine administers them under its own name (`cli:<uid>`).
    """
    explained = _("E-Mail-Adresse des Kontos, in dessen Namen der Befehl Kontakte liest.")
    return click.option("--as", "as_user", metavar="USER", required=True, help=explained)(command)


def print_json(content: Any) -> None:
    """Print `content` as JSON on standard output."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
