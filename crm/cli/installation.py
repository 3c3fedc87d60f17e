"""Opens the installation that a command works on, when it needs it, and closes it at the end."""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from crm.actor import Actor
from crm.cli.configuration import read_settings
from crm.errors import UnavailableError

if TYPE_CHECKING:
    from crm.runtime import Runtime
    from crm.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


class Installation:
    """The installation in a folder: its settings at once, its keys and databases on demand."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._opened: Runtime | None = None

    @property
    def data_dir(self) -> Path | None:
        """The folder that was named on the command line."""
        return self._data_dir

    @cached_property
    def settings(self) -> "Settings":
        return read_settings(self._data_dir)

    def open(self) -> "Runtime":
        """Open the installation once; afterwards return the same runtime.

        Raises:
            NotInitialisedError, DatabaseUnreachableError: there is nothing to open.
            SchemaOlderError, SchemaNewerError: the database is of another version.
        """
        if self._opened is None:
            from crm.cli import log_lines
            from crm.runtime import Runtime
            from crm.services import starting

            starting.require_ready(self.settings)
            starting.require_current(self.settings)
            log_lines.configure()
            self._opened = Runtime.open(self.settings)
        return self._opened

    def close(self) -> None:
        """Seal what the command entered, forget keys and give back connections."""
        if self._opened is not None:
            self._seal(self._opened)
            self._opened.close()

    @staticmethod
    def _seal(runtime: "Runtime") -> None:
        """Seal for want of a worker; one that runs, or a log that is damaged, is not this command's business."""
        from crm import ledger

        with suppress(ledger.SealerBusyError, ledger.LedgerDamagedError, ledger.LedgerRolledBackError, UnavailableError):
            runtime.make_sealer().seal_all(runtime.database, clock=runtime.clock.now)


def pass_settings(command: "Callable[Concatenate[Settings, P], R]") -> Callable[P, R]:
    """Give a command the settings as its first argument, without opening anything."""

    @wraps(command)
    def with_settings(*args: P.args, **options: P.kwargs) -> R:
        return command(_current().settings, *args, **options)

    return with_settings


def pass_runtime(command: "Callable[Concatenate[Runtime, P], R]") -> Callable[P, R]:
    """Give a command the opened installation as its first argument."""

    @wraps(command)
    def with_runtime(*args: P.args, **options: P.kwargs) -> R:
        return command(_current().open(), *args, **options)

    return with_runtime


def pass_writing_runtime(command: "Callable[Concatenate[Runtime, P], R]") -> Callable[P, R]:
    """Give a command that changes something the opened installation; an old copy of the database that was put back is refused."""

    @wraps(command)
    def with_runtime(*args: P.args, **options: P.kwargs) -> R:
        from crm.services import starting

        runtime = _current().open()
        starting.require_not_set_back(runtime.settings)
        return command(runtime, *args, **options)

    return with_runtime


def open_runtime() -> "Runtime":
    """Open the installation for a command that needs it only sometimes."""
    return _current().open()


def command_line_actor() -> Actor:
    """Return who acts when nobody signed in: the account of the machine that runs the command."""
    return Actor(pseudonym=f"cli:{os.getuid()}")


def _current() -> Installation:
    return click.get_current_context().find_object(Installation) or Installation(None)
