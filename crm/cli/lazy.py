"""A group that imports a command when it is used, so that `lethe --help` answers at once."""

import errno
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from crm.cli.errors import NoRoomError
from crm.cli.sentences import _, sentence_of
from crm.errors import CrmError, InvalidInputError, NotFoundError


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the list of commands shows it, before its module is imported."""

    module: str
    message: str


class Refusal(click.ClickException):
    """An error of Lethe as one sentence on standard error; ends with 1."""

    exit_code = 1

    def __init__(self, error: CrmError) -> None:
        super().__init__(sentence_of(error))

    def show(self, file: Any = None) -> None:
        """Write the sentence and nothing before it."""
        click.echo(self.message, err=file is None, file=file)


class InputRefusal(Refusal):
    """A refusal of what was entered, or of what names nothing there is; ends with 2, as click does for bad usage."""

    exit_code = 2


class LazyGroup(click.Group):
    """The group of all commands; errors of Lethe become sentences here, once."""

    def __init__(self, *args: Any, listed: Mapping[str, Listed], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self._listed = listed

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self._listed)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the module of a command and return the command of this name in it."""
        if cmd_name not in self._listed:
            return None
        members = vars(import_module(self._listed[cmd_name].module)).values()
        return next(each for each in members if isinstance(each, click.Command) and each.name == cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section(_("Befehle")):
            formatter.write_dl([(name, _(each.message)) for name, each in self._listed.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (InvalidInputError, NotFoundError) as error:
            raise InputRefusal(error) from error
        except CrmError as error:
            raise Refusal(error) from error
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            _give_up_output()
            raise Refusal(NoRoomError()) from error


def _give_up_output() -> None:
    """Let go of what could not be written: Python would try once more at its end, and say so with a trace."""
    with suppress(OSError):  # an output in memory has no number
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
