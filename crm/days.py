"""Days as people type them: 31.12.2026 and 2026-12-31 are the same day, in whichever language the page is."""

import re
from contextlib import suppress
from datetime import date
from typing import Final

_GERMAN_DAY: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")


def read_day(text: str) -> date | None:
    """Return the day that a text says as 31.12.2026 or as 2026-12-31; None for any other text.

    A field for a day sends the second, whatever it shows; where a browser has no such field, people type what they are used to.
    """
    german = _GERMAN_DAY.fullmatch(text)
    written = "{2}-{1:0>2}-{0:0>2}".format(*german.groups()) if german else text
    with suppress(ValueError):
        return date.fromisoformat(written)
    return None
