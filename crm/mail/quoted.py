"""What of a mail its sender wrote now, and what is only carried along: earlier mails, quotes, the signature, a forwarded mail.

Mail programs mark these in their own ways and languages; those of German and English ones are known. What is not recognised stays.
Whoever sends mail writes what is read here, so no pattern sees a line that is longer than what it looks for, and each line is compared
a fixed number of times.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_LONGEST_TEXT: Final = 100_000  # characters
_MOST_LINES: Final = 20_000
_LONGEST_LINE: Final = 2_000  # of a copied head: what goes on behind that is no address any more
_HEAD: Final = re.compile(
    r"\*?(von|from|an|to|cc|kopie|gesendet|sent|datum|date|betreff|subject|antwort an|reply-to|organisation|organization)\s?:\*?(.*)",
    re.IGNORECASE,
)
_NAMES: Final = {"von": "from", "an": "to", "kopie": "cc", "betreff": "subject"}
_FEWEST_HEADS: Final = 3
_MOST_HEADS: Final = 40  # lines
_LONGEST_RULE: Final = 120  # characters
_SHORTEST_RULE: Final = 5
_DASHES: Final = "-_ "
_TITLE: Final = range(4, 61)  # characters between the dashes
_LED_IN: Final = ("anfang der weitergeleiteten ", "begin forwarded ")
_LONGEST_ATTRIBUTION: Final = 420  # characters; the pattern fits no longer one
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
    return [line.rstrip() for line in text[:_LONGEST_TEXT].split("\n")[:_MOST_LINES]]


def _find_head(lines: Sequence[str]) -> _Head | None:
    """Return the first run of lines that reads like the head of a mail; a value may go on in lines of its own."""
    found = [_HEAD.fullmatch(line.strip()[:_LONGEST_LINE]) for line in lines]
    named = [_NAMES.get(each[1].lower(), each[1].lower()) if each else None for each in found]
    for start, name in enumerate(named):
        end = _end_of_head(lines, named, start) if name else start
        if end > start:
            return _Head(start, end, _said(lines[start:end], found[start:end], named[start:end]))
    return None


def _end_of_head(lines: Sequence[str], named: Sequence[str | None], start: int) -> int:
    """Return where a head ends that begins here; the beginning itself where none does."""
    end = next((place for place in range(start, min(start + _MOST_HEADS, len(lines))) if not lines[place]), None)
    end = min(start + _MOST_HEADS, len(lines)) if end is None else end
    names = {*named[start:end]} - {None}
    return end if len(names) >= _FEWEST_HEADS and "from" in names else start


def _said(lines: Sequence[str], found: Sequence[re.Match[str] | None], named: Sequence[str | None]) -> dict[str, str]:
    """Return what each name of a head says, with the lines in which it goes on; of two with one name, the first."""
    said, name = dict[str, list[str]](), ""
    for line, match, known in zip(lines, found, named, strict=True):
        if match and known:
            name = known
            said.setdefault(name, [match[2].strip()])
        else:
            said[name].append(line.strip()[:_LONGEST_LINE])
    return {name: " ".join(parts) for name, parts in said.items()}


def _above(lines: Sequence[str], start: int) -> int:
    """Return where what stands above a head ends: before the rule that introduces it."""
    place = start
    while place and not lines[place - 1].strip():
        place -= 1
    return place - 1 if place and _is_rule(lines[place - 1].strip()) else start


def _is_rule(line: str) -> bool:
    """Say whether a line introduces an earlier mail: dashes alone, a title between dashes, or the words of a program."""
    if len(line) > _LONGEST_RULE:
        return False
    title = line.strip(_DASHES)
    if not title:
        return len(line) >= _SHORTEST_RULE
    before, _title, after = line.partition(title)
    is_framed = min(len(before), len(after)) >= len("--") and "-" not in title and "_" not in title
    return (is_framed and len(title) in _TITLE) or (line.lower().startswith(_LED_IN) and line.endswith(":"))


def _without_attributions(lines: Sequence[str]) -> list[str]:
    """Return the lines without `On … wrote:`; where nothing below is marked as a quote, all of it is one if a mail program dated it."""
    kept, place = list[str](), 0
    last_quoted = max((number for number, line in enumerate(lines) if line.startswith(">")), default=-1)
    while place < len(lines):
        wrapped = _attribution_at(lines, place)
        if not wrapped:
            kept.append(lines[place])
            place += 1
            continue
        quoted = last_quoted >= place + wrapped
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
        said = " ".join(line.strip() for line in lines[start : start + number])
        if len(said) <= _LONGEST_ATTRIBUTION and _ATTRIBUTION.fullmatch(said):
            return number
    return 0


def _unquoted(line: str) -> str:
    return line[1:].removeprefix(" ") if line.startswith(">") else line
