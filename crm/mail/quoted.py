"""What of a mail its sender wrote now, and what is only carried along: earlier mails, quotes, the signature, a forwarded mail.

Mail programs mark these in their own ways and languages; those of German and English ones are known. What is not recognised stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_MOST_LINES: Final = 20_000
_LONGEST_LINE: Final = 2_000  # of what is looked at: a line longer than this is none of the lines below
_HEAD: Final = re.compile(
    r"\*?(von|from|an|to|cc|kopie|gesendet|sent|datum|date|betreff|subject|antwort an|reply-to|organisation|organization)\s?:\*?\s*(.*)",
    re.IGNORECASE,
)
_NAMES: Final = {"von": "from", "an": "to", "kopie": "cc", "betreff": "subject"}
_FEWEST_HEADS: Final = 3
_MOST_HEADS: Final = 40  # lines
_RULE: Final = re.compile(r"[-_ ]{5,}|[-_ ]{2,}[^-_]{4,60}[-_ ]{2,}|(anfang der weitergeleiteten|begin forwarded) .{1,30}:", re.IGNORECASE)
_ATTRIBUTION: Final = re.compile(r"(am|on) (?=.*\d).{5,250} (schrieb|wrote)\b.{0,150}:", re.IGNORECASE)
_DATED: Final = re.compile(r"\d{1,2}:\d{2}|\b\d{4}\b|\d{1,2}\.\s?\d{1,2}\.\s?\d{2}")
_MOST_WRAPPED: Final = 3  # lines of one attribution
_ADDRESS: Final = re.compile(r"[^\s<>\[\]()\"',;:]{1,64}@[^\s<>\[\]()\"',;:@]{1,255}")
_SIGNATURE: Final = "--"


@dataclass(frozen=True, slots=True)
class Carried:
    """A mail that was forwarded within the text of another one.

    Attributes:
        comment: what was written above it.
        senders, recipients: addresses, as its copied head names them.
    """

    comment: str
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Head:
    """The copied head of an earlier mail: its lines, and what they say."""

    start: int
    end: int
    said: Mapping[str, str]


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the addresses of a line of a head, each once."""
    return tuple(dict.fromkeys(_ADDRESS.findall(text)))


def find_carried(text: str) -> Carried | None:
    """Return the first mail whose head was copied into a text, as programs do that forward within the text."""
    lines = _split(text)
    head = _find_head(lines)
    if head is None and any(line.startswith(">") for line in lines):
        lines = [_unquoted(line) for line in lines]  # some programs quote what they forward
        head = _find_head(lines)
    if head is None or "from" not in head.said:
        return None
    recipients = addresses_in(head.said.get("to", "") + " " + head.said.get("cc", ""))
    above = "\n".join(lines[: _above(lines, head.start)])
    below = "\n".join(lines[head.end :])
    return Carried(without_history(above), addresses_in(head.said["from"]), recipients, head.said.get("subject", ""), below)


def without_history(text: str) -> str:
    """Return what the sender wrote: without earlier mails below, without quoted lines, without the signature."""
    lines = _split(text)
    head = _find_head(lines)
    if head:
        lines = lines[: _above(lines, head.start)]
    lines = _without_attributions(lines)
    kept = [line for line in lines if not line.startswith(">")]
    if _SIGNATURE in (marks := [line.rstrip() for line in kept]):
        kept = kept[: marks.index(_SIGNATURE)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _split(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n")[:_MOST_LINES]]


def _find_head(lines: Sequence[str]) -> _Head | None:
    """Return the first run of lines that reads like the head of a mail; a value may go on in lines of its own."""
    place = 0
    while place < len(lines):
        head = _head_at(lines, place)
        if head:
            return head
        place += 1
    return None


def _head_at(lines: Sequence[str], start: int) -> _Head | None:
    said, name, place = dict[str, str](), "", start
    while place < len(lines) and place - start < _MOST_HEADS and lines[place].strip():
        line = lines[place].strip()[:_LONGEST_LINE]
        found = _HEAD.fullmatch(line)
        if found:
            name = _NAMES.get(found[1].lower(), found[1].lower())
            said.setdefault(name, found[2])
        elif not name:
            return None
        else:
            said[name] += " " + line
        place += 1
    is_head = len(said) >= _FEWEST_HEADS and "from" in said
    return _Head(start, place, said) if is_head else None


def _above(lines: Sequence[str], start: int) -> int:
    """Return where what stands above a head ends: before the rule that introduces it."""
    place = start
    while place and not lines[place - 1].strip():
        place -= 1
    return place - 1 if place and _RULE.fullmatch(lines[place - 1].strip()) else start


def _without_attributions(lines: Sequence[str]) -> list[str]:
    """Return the lines without `On … wrote:`; where nothing below is marked as a quote, all of it is one if a mail program dated it."""
    kept, place = list[str](), 0
    while place < len(lines):
        wrapped = _attribution_at(lines, place)
        if not wrapped:
            kept.append(lines[place])
            place += 1
            continue
        quoted = any(line.startswith(">") for line in lines[place + wrapped :])
        if not quoted and _DATED.search(" ".join(lines[place : place + wrapped])):
            break
        kept += [] if quoted else lines[place : place + wrapped]
        place += wrapped
    return kept


def _attribution_at(lines: Sequence[str], start: int) -> int:
    """Return how many lines of an attribution begin here."""
    if lines[start][:3].lower() not in {"am ", "on "}:
        return 0
    for number in range(1, _MOST_WRAPPED + 1):
        if _ATTRIBUTION.fullmatch(" ".join(line.strip() for line in lines[start : start + number])[:_LONGEST_LINE]):
            return number
    return 0


def _unquoted(line: str) -> str:
    return line[1:].removeprefix(" ") if line.startswith(">") else line
