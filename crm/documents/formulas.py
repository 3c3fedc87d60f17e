"""Cells that a spreadsheet would take for a formula: guarded on the way out, and as they were on the way back in."""

from typing import Final

_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARD: Final = "'"
_GUARDED: Final = tuple(_GUARD + sign for sign in _SIGNS)


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return _GUARD + cell if cell.startswith(_SIGNS) else cell


def as_meant(cell: str) -> str:
    """Return a cell without the guard: a list of ours that is corrected and sent again says what it said before."""
    return cell.removeprefix(_GUARD) if cell.startswith(_GUARDED) else cell
