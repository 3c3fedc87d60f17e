"""Cards of people as address books write and read them: vCard 3.0 and 4.0.

Only what Lethe has a field for is written and read: pictures, notes, gender and private numbers of other people stay outside.
Source: RFC 2426, RFC 6350; Art. 5(1)(c) DSGVO.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from crm.documents.icalendar import escape, fold
from crm.errors import InvalidInputError

Version = Literal["3.0", "4.0"]
_MOBILE: Final = frozenset({"cell", "mobile"})
_NO_PHONE: Final = frozenset({"fax", "pager", "modem", "video"})
_SALUTATIONS: Final = frozenset({"herr", "frau"})
_FOLDED: Final = re.compile(r"\r?\n[ \t]")
_LINE: Final = re.compile(r'(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:[^":]|"[^"]*")*)?):(?P<value>.*)')
_LONGEST: Final = 200  # characters of one field, as in the forms
_ADDRESS: Final = {2: "street", 3: "city", 5: "postal_code", 6: "country"}  # places in ADR


class NotACardError(InvalidInputError):
    """The file holds no card."""

    message = "Das ist keine Visitenkarte. Wählen Sie eine Datei mit der Endung .vcf."


class OldCardError(InvalidInputError):
    """The card is written as it was done before 1998."""

    message = "Diese Visitenkarte ist in einer alten Fassung geschrieben. Speichern Sie sie als vCard 3.0 oder 4.0."


class ManyCardsError(InvalidInputError):
    """The file is a whole address book."""

    message = "In der Datei stehen %(count)s Visitenkarten; hier geht es um eine. Für viele ist „Importe“ da."


@dataclass(frozen=True, slots=True)
class Card:
    """One person on a card.

    Attributes:
        fields: under the names of the contact's fields; only filled ones.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    company: str = ""


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    types: frozenset[str]
    value: str

    def parts(self) -> list[str]:
        """Return the parts that semicolons separate, each without its escapes."""
        return [_plain(part) for part in re.split(r"(?<!\\);", self.value)]


def write(card: Card, *, version: Version) -> bytes:
    """Return a card as a file; every text stands for itself, whatever signs it holds."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}", *_lines(card), "END:VCARD"]
    return b"".join(fold(line) for line in lines)


def _lines(card: Card) -> Iterator[str]:
    fields = {name: escape(text) for name, text in card.fields.items()}

    def said(*names: str) -> str:
        return ";".join(fields.get(name, "") for name in names)

    whole = " ".join(fields[name] for name in ("title", "first_name", "last_name") if fields.get(name))
    yield f"FN:{whole or escape(card.company) or fields.get('email', '')}"
    yield f"N:{said('last_name', 'first_name')};;{said('title')};"
    if card.company or fields.get("department"):
        yield f"ORG:{escape(card.company)};{fields.get('department', '')}"
    if any(fields.get(name) for name in _ADDRESS.values()):
        yield f"ADR;TYPE=work:;;{said('street', 'city')};;{said('postal_code', 'country')}"
    for name, target in (("EMAIL", "email"), ("TEL;TYPE=work", "phone"), ("TEL;TYPE=cell", "mobile"), ("TITLE", "position")):
        if fields.get(target):
            yield f"{name}:{fields[target]}"
    if fields.get("birth_date"):
        yield f"BDAY:{fields['birth_date'].replace('-', '')}"


def read(content: bytes) -> Card:
    """Return the person of a card.

    Raises:
        NotACardError, OldCardError, ManyCardsError: it is not one card of version 3.0 or 4.0.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotACardError(field="card") from error
    properties = [_property(line) for line in _FOLDED.sub("", text).splitlines() if line.strip()]
    begun = sum(1 for each in properties if each and each.name == "BEGIN" and each.value.strip().upper() == "VCARD")
    if not begun or None in properties[:1]:
        raise NotACardError(field="card")
    if begun > 1:
        raise ManyCardsError(field="card", count=begun)
    if not any(each and each.name == "VERSION" and each.value.strip() in {"3.0", "4.0"} for each in properties):
        raise OldCardError(field="card")
    return _card([each for each in properties if each])


def _property(line: str) -> _Property | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    types = re.findall(r"TYPE=(\"[^\"]*\"|[^;]*)", found["parameters"], re.IGNORECASE)
    words = {word.strip().casefold() for each in types for word in each.strip('"').split(",")}
    return _Property(found["name"].upper(), frozenset(words), found["value"])


def _card(properties: Sequence[_Property]) -> Card:
    fields: dict[str, str] = {}
    company = ""
    for each in properties:
        if each.name == "ORG" and not company:
            company, *rest = [*each.parts(), ""]
            fields.setdefault("department", rest[0])
        for name, text in _READ.get(each.name, _nothing)(each):
            if text and not fields.get(name):
                fields[name] = text
    if not fields.get("last_name"):
        whole = next((_plain(each.value) for each in properties if each.name == "FN"), "")
        fields["first_name"], _, fields["last_name"] = whole.rpartition(" ")
    return Card({name: text[:_LONGEST] for name, text in fields.items() if text}, company[:_LONGEST])


def _nothing(_each: _Property) -> Iterator[tuple[str, str]]:
    yield from ()


def _name(each: _Property) -> Iterator[tuple[str, str]]:
    last, first, _more, prefix, *_rest = [*each.parts(), "", "", "", ""]
    yield "last_name", last
    yield "first_name", first
    yield "salutation" if prefix.casefold() in _SALUTATIONS else "title", prefix


def _phone(each: _Property) -> Iterator[tuple[str, str]]:
    if not each.types & _NO_PHONE:
        yield "mobile" if each.types & _MOBILE else "phone", _plain(each.value).removeprefix("tel:")


def _address(each: _Property) -> Iterator[tuple[str, str]]:
    for place, part in enumerate(each.parts()):
        if place in _ADDRESS:
            yield _ADDRESS[place], part


def _birth_date(each: _Property) -> Iterator[tuple[str, str]]:
    try:
        yield "birth_date", date.fromisoformat(each.value.strip()).isoformat()
    except ValueError:
        return  # a card may leave out the year; half a date is none


_READ: Final[Mapping[str, Callable[[_Property], Iterator[tuple[str, str]]]]] = {
    "N": _name,
    "EMAIL": lambda each: iter([("email", _plain(each.value).removeprefix("mailto:"))]),
    "TEL": _phone,
    "ADR": _address,
    "TITLE": lambda each: iter([("position", _plain(each.value))]),
    "BDAY": _birth_date,
}


def _plain(text: str) -> str:
    """Return a text without its escapes, as one line."""
    return re.sub(r"\\(.)", lambda sign: " " if sign[1] in "nN" else sign[1], text).strip()
