"""Search words in addresses, sealed: addresses stay in histories, logs and bookmarks, and what is typed is a name.

Each is sealed for the person who typed it, so that an address that was passed on searches for nothing.
"""

import base64
import binascii
from typing import Final

from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.vault import TamperedError

ARGUMENT: Final = "s"
LONGEST: Final = 100
_PLACE: Final = ("address", "search")


def seal_search(text: str) -> str | None:
    """Return the search words for an address; None for no words."""
    words = " ".join(text.replace("\0", "").split())[:LONGEST]
    if not words:
        return None
    sealed = current_runtime().vault.seal_own(*_PLACE, current_actor().pseudonym, words.encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_search(sealed: str | None) -> str:
    """Return the search words of an address; empty for what is not ours, or not this person's."""
    if not sealed:
        return ""
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        return current_runtime().vault.open_own(*_PLACE, current_actor().pseudonym, raw).decode()
    except (binascii.Error, ValueError, TamperedError):
        return ""
