"""The option that listings share, and JSON on standard output.

No command shows people: what is known of them is opened for a role and a purpose, and whoever has the shell of the machine
holds neither. One that is to show them asks for `--as USER`, an account that does.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click

from crm.cli.sentences import _

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Add `--json`; whoever takes it prints with `print_json` and nothing else on standard output."""
    return click.option("--json", "as_json", is_flag=True, help=_("Ausgabe als JSON."))(command)


def print_json(content: Any) -> None:
    """Print `content` as JSON on standard output."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
