"""The one rule about what staff write about a case: it can be read, and fits into a letter."""

from typing import Final

from crm.privacy.requests.errors import TextTooLongError
from crm.readable import require_readable

LONGEST: Final = 600  # characters


def require_fitting(text: str, *, field: str, longest: int = LONGEST) -> None:
    """Refuse a text that cannot be taken as it is.

    Raises:
        TurnedTextError: it cannot be read.
        TextTooLongError: it is too long.
    """
    require_readable(text, field=field)
    if len(text) > longest:
        raise TextTooLongError(field=field, longest=longest)
