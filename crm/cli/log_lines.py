"""Technical log lines: one JSON object per line on standard error, without personal data.

The ledger says who did what; these lines say how the machine is doing.
"""

import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Begun only where a word begins, and without trying a shorter one: a trace may hold a word of a million characters.
_ADDRESS = re.compile(r"(?<![^\s@<>\"'])[^\s@<>\"']++@[^\s@<>\"']+")
_LONGEST = 300


def configure() -> None:
    """Send the log lines of this process to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def redact(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what could be personal: addresses, bytes, and text so long that somebody wrote it.

    Source: Art. 5(1)(c), 32(1) DSGVO.
    """
    return {name: _redacted(value) if name != "exception" else _without_addresses(str(value)) for name, value in line.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    text = str(value)
    return f"[{len(text)} characters]" if len(text) > _LONGEST else _without_addresses(text)


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("[address]", text)
