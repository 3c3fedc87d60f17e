"""What gunicorn may write: how the server is doing, and neither who visits it nor what they ask for."""

import sys
from typing import Any, Final

from gunicorn.glogging import Logger

_REFUSED: Final = "Invalid request from ip="
_FAILED: Final = "Error handling request"


class ServerLog(Logger):  # type: ignore[misc] # gunicorn ships no types
    """Gunicorn's own log without visitors: it would name the address of whoever sends a request it cannot read.

    Source: Art. 4(1), 5(1)(c) DSGVO; ECJ C-582/14 (addresses of visitors are personal data); decision 5.
    """

    def warning(self, msg: str, *args: Any, **options: Any) -> None:
        """Write a warning; of a refused request only what kind of fault it was, because its text quotes what was sent."""
        if msg.startswith(_REFUSED):
            super().warning("Invalid request refused: %s", _fault())
        else:
            super().warning(msg, *args, **options)

    def exception(self, msg: str, *args: Any, **options: Any) -> None:
        """Write an error with its trace; without the address that was asked for, which may be a personal link."""
        if str(msg).startswith(_FAILED):
            super().exception(_FAILED)
        else:
            super().exception(msg, *args, **options)


def _fault() -> str:
    error = sys.exc_info()[0]
    return error.__name__ if error else "unknown"
