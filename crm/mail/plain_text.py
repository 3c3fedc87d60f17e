"""What people see of an HTML mail, as plain text. Takes time that grows with the mail and no faster, whatever is in it.

A parser that builds a tree of a hostile page can be kept busy for hours; here every character is looked at a fixed number of times.
"""

import re
from html import unescape
from typing import Final

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15}+)?+[^<>]*+>")  # gives nothing back: without an end it fails at once
_COMMENT: Final = re.compile("<!--")
_UNSEEN: Final = {name: re.compile(rf"<{name}(?=[\s>])", re.IGNORECASE) for name in ("head", "style", "script", "title", "template")}
_LINE: Final = frozenset({"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "blockquote"})
_APART: Final = frozenset({"p", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_CELL: Final = frozenset({"td", "th"})
_MOST_QUOTED: Final = 5
_BLANKS: Final = re.compile(r"[ \t\r\n\f\xa0]+")


def from_html(html: str) -> str:
    """Return the text of an HTML mail; what it quotes begins its lines with `>`."""
    html = _without(html, _COMMENT, "-->")
    for name, begin in _UNSEEN.items():
        html = _without(html, begin, f"</{name}>")
    return "\n".join(_lines(html))


def _without(html: str, begin: re.Pattern[str], end: str) -> str:
    """Return the page without everything from a beginning to the next end; what has none goes on to the end of the page."""
    closing = re.compile(re.escape(end), re.IGNORECASE)
    kept, place = list[str](), 0
    while start := begin.search(html, place):
        kept.append(html[place : start.start()])
        stop = closing.search(html, start.end())
        if stop is None:
            return "".join(kept)
        place = stop.end()
    return "".join(kept) + html[place:]


def _lines(html: str) -> list[str]:
    lines, line, depth, place = list[str](), list[str](), 0, 0
    for tag in _TAG.finditer(html):
        line.append(html[place : tag.start()])
        place = tag.end()
        name = (tag[2] or "").lower()
        if name in _LINE:
            _end_line(lines, line, depth, leaves_room=name == "br")
        if name in _APART:
            _end_line(lines, line, depth, leaves_room=True)
        if name in _CELL:
            line.append(" ")
        if name == "blockquote":
            depth = max(depth + (-1 if tag[1] else 1), 0)
    line.append(html[place:])
    _end_line(lines, line, depth, leaves_room=False)
    return lines


def _end_line(lines: list[str], line: list[str], depth: int, *, leaves_room: bool) -> None:
    """Add what was gathered as one line; one that is empty only where room is left, and never a second one."""
    said = _BLANKS.sub(" ", unescape("".join(line))).strip()
    line.clear()
    if said:
        lines.append("> " * min(depth, _MOST_QUOTED) + said)
    elif leaves_room and lines and lines[-1]:
        lines.append("")
