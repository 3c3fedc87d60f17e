"""How Python searches for garbage: less often, and not in what stays to the end.

The search walks through everything that is alive. At the rate that Python ships with it took a tenth of an import and
a twentieth of a second out of pages that somebody waited for; hardly anything here lives in circles.
"""

import gc
from typing import Final

_ALLOCATIONS: Final = 50_000  # more objects than that since the last search begin the next one; Python's own rate is 700


def search_less() -> None:
    """Leave out of every later search what is loaded by now. To be called once, when the process is ready to work."""
    gc.collect()
    gc.freeze()
    search_seldom()


def search_seldom() -> None:
    """Search less often from now on."""
    gc.set_threshold(_ALLOCATIONS)
