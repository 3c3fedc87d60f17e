"""Padding, so that the length of a sealed value says little about its content."""

from enum import Enum

_MARK = b"\x80"
_FIELD_STEP = 64
_TEXT_STEP = 4096


class Padding(Enum):
    """How far contents are filled up: fields in steps of 64 bytes, free text to powers of two."""

    FIELDS = "fields"
    TEXT = "text"


def pad(content: bytes, padding: Padding) -> bytes:
    """Fill `content` up with one marking bit and zeros, which can always be taken off again."""
    marked = content + _MARK
    size = _text_size(len(marked)) if padding is Padding.TEXT else _round_up(len(marked), _FIELD_STEP)
    return marked.ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given.

    Raises:
        ValueError: nothing that `pad` made ends like this.
    """
    marked = padded.rstrip(b"\0")
    if marked[-1:] != _MARK:
        raise ValueError("the padding has no mark")
    return marked[:-1]


def _text_size(used: int) -> int:
    """Return the next power of two up to 4 KiB, then the next multiple of 4 KiB."""
    if used > _TEXT_STEP:
        return _round_up(used, _TEXT_STEP)
    return max(_FIELD_STEP, 1 << (used - 1).bit_length())  # without logarithms, which round


def _round_up(size: int, step: int) -> int:
    return (size + step - 1) // step * step
