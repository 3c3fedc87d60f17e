"""The way to the drop mailbox that the settings name."""

from pathlib import Path
from typing import Final

from crm.errors import CrmError
from crm.mail import Inbox
from crm.settings import Settings

_LONGEST: Final = 1_000  # characters of a password


class DropPasswordError(CrmError):
    """The file that holds the password is not there, cannot be read, or holds none."""

    message = "Die Datei mit dem Passwort des Ablagepostfachs ist nicht lesbar oder leer: %(file)s (drop_password_file)."


def make_inbox(settings: Settings) -> Inbox | None:
    """Return the way to the drop mailbox, or None where none is set.

    Raises:
        DropPasswordError: there is no password in the file.
        RealMailInDemoError: a demonstration is to use a real server.
    """
    if settings.drop_host is None or settings.drop_user is None or settings.drop_password_file is None:
        return None
    return Inbox(
        host=settings.drop_host,
        port=settings.drop_port,
        user=settings.drop_user,
        password=_read_password(settings.drop_password_file),
        folder=settings.drop_folder,
        demo=settings.demo,
    )


def _read_password(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as lines:
            password = lines.read(_LONGEST).strip("\r\n")
    except (OSError, ValueError) as error:
        raise DropPasswordError(file=file) from error
    if not password or not password.isprintable():
        raise DropPasswordError(file=file)
    return password
