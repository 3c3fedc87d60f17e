"""A mail server for the demonstration that delivers to the mailbox in RAM; needs the extra `demo`."""

from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from crm.mail.mailbox import empty, keep


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take every message."""
        content = envelope.content or b""
        keep(self._folder, content.encode() if isinstance(content, str) else content)
        return "250 Kept"


class Catcher:
    """The server, on a free port of the loopback interface; the mailbox is empty when it starts and goes when it stops."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self._folder = folder
        self._controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port)

    def __enter__(self) -> Self:
        empty(self._folder)  # what a demonstration left that was killed
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._controller.stop()
        empty(self._folder)
