"""What people type or paste, as they see it: the one rule about characters that nobody sees, for forms, portal and imports.

What carries no meaning goes without a word: marks without width, soft hyphens, and the marks in which phones wrap a number.
Joiners stay where they shape a word or a picture, which they never do beside a Latin letter. An override of the direction of
writing makes a text read otherwise than it is stored: whoever can be asked is asked to type it anew; where nobody can
be asked (an old file), or nothing may stand in the way (a stranger's objection), it goes like the others.
"""

import re
import unicodedata
from typing import Final

from crm.errors import InvalidInputError

_OVERRIDES: Final = frozenset("\u202d\u202e")
_JOINERS: Final = frozenset("\u200c\u200d")
_STRAY_JOINER: Final = re.compile("(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])")
# They look like nothing though Unicode calls them letters, marks or not assigned: fillers, selectors of shapes that are not there, tags.
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u3164\uffa0")
_TAGS: Final = range(0xE0000, 0xE1000)
# Unicode calls these signs of Arabic and its neighbours formats too, and people see them.
_SEEN_FORMATS: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class TurnedTextError(InvalidInputError):
    """A text would read otherwise than it is stored."""

    message = "Der Text enthält Steuerzeichen, die ihn anders zeigen, als er ist. Tippen Sie ihn neu, statt ihn einzufügen."


def visible(text: str) -> str:
    """Return the text without what carries no meaning; controls and overrides stay, for whoever refuses them."""
    if text.isascii():
        return text
    return _STRAY_JOINER.sub("", "".join(each for each in text if each in _OVERRIDES or not _is_meaningless(each)))


def one_line(text: str) -> str:
    """Return the text as one line, with plain spaces between its words."""
    return " ".join(visible(text).split())


def many_lines(text: str) -> str:
    """Return the text with line ends of one kind and plain spaces, and without white space around it."""
    lines = _LINE_ENDS.sub("\n", visible(text))
    if not lines.isascii():
        lines = "".join(" " if unicodedata.category(each) == "Zs" else each for each in lines)
    return lines.strip()


def without_overrides(text: str) -> str:
    """Return the text without overrides of the direction of writing."""
    return "".join(each for each in text if each not in _OVERRIDES)


def require_readable(text: str, *, field: str) -> None:
    """Refuse a text that reads otherwise than it is stored.

    Raises:
        TurnedTextError: it holds an override of the direction, or a control.
    """
    if not _OVERRIDES.isdisjoint(text) or has_control(text):
        raise TurnedTextError(field=field)


def has_control(text: str) -> bool:
    """Say whether controls are left that no keyboard types, or halves of characters."""
    return any(unicodedata.category(each) in {"Cc", "Cs"} for each in text if each not in "\n\t")


def is_line(text: str) -> bool:
    """Say whether every character of one line can be seen, or shapes one that can."""
    return all(each.isprintable() or each in _JOINERS or each in _SEEN_FORMATS for each in text)


def _is_meaningless(character: str) -> bool:
    if character in _FILLERS or ord(character) in _TAGS:
        return True
    return unicodedata.category(character) == "Cf" and character not in _JOINERS and character not in _SEEN_FORMATS
