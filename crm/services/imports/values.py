"""Cells as values: text, yes or no, moments, addresses. What cannot be read is None, never a guess."""

import re
import unicodedata
from datetime import UTC, datetime
from functools import cache

import phonenumbers
from babel import Locale
from email_validator import EmailNotValidError, validate_email

from crm.readable import one_line, without_overrides
from crm.search.exact import exact_email, exact_phone

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_NO = frozenset({"", "0", "false", "falsch", "nein", "no", "n", "-"})
_EMPTY_LOOKUP = re.compile(r"^0{15}(?:AAA)?$", re.IGNORECASE)
_SHORT_ID = re.compile(r"^[A-Za-z0-9]{15}$")
_ROUNDED = re.compile(r"^\d[.,]\d+E\+?\d+$", re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"^(\d+),0+$")
_PHONE_SHAPE = re.compile(r"^\+?[\d\s()/.\-\u2010-\u2015x]+$", re.IGNORECASE)
_DIGITS_OF_PHONE = range(3, 21)
# Nearly all addresses are this plain; the full examination costs twenty times as much.
_PLAIN_EMAIL = re.compile(
    r"^[A-Za-z0-9_%+-]{1,30}(?:\.[A-Za-z0-9_%+-]{1,30}){0,3}@(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.){1,3}[A-Za-z]{2,20}$"
)
_LONGEST_PLAIN_EMAIL = 200
_FORMS_OF_TIME = (
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%y",
)
_CHECKSUM_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def clean(cell: str) -> str:
    """Return the cell as one line without invisible characters, in the composed form of Unicode."""
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        return cell.strip()
    return unicodedata.normalize("NFC", one_line(without_overrides(_CONTROLS.sub("", cell))))


def is_yes(cell: str) -> bool:
    """Return whether the cell says yes.

    Everything but a clear no is a yes: these columns hold deletions and opt-outs, and what was meant as one of
    those must not be lost to a spelling.
    """
    return cell.strip().casefold() not in _NO


def clean_id(cell: str) -> str:
    """Return a record id, empty for none; ids of 15 letters get the three that make them safe against case."""
    text = clean(cell)
    if not text or _EMPTY_LOOKUP.match(text):
        return ""
    if whole := _WHOLE_NUMBER.match(text):
        return whole.group(1)
    return text + _checksum(text) if _SHORT_ID.match(text) else text


def _checksum(text: str) -> str:
    chunks = (text[start : start + 5] for start in (0, 5, 10))
    return "".join(_CHECKSUM_DIGITS[sum(1 << place for place, letter in enumerate(chunk) if letter.isupper())] for chunk in chunks)


def is_rounded(text: str) -> bool:
    """Return whether a spreadsheet has turned this number into a rounded one, such as 1,23457E+11."""
    return bool(_ROUNDED.match(text))


def find_moment(cell: str) -> datetime | None:
    """Return the moment a cell names, in UTC; days start at midnight. Exports of either form write UTC."""
    text = cell.strip()
    try:
        return _with_zone(datetime.fromisoformat(text))
    except ValueError:
        pass
    for form in _FORMS_OF_TIME:
        try:
            return _with_zone(datetime.strptime(text, form))  # noqa: DTZ007 - the zone is added here
        except ValueError:
            continue
    return None


def _with_zone(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:  # the first and the last day there are, seen from another zone
        raise ValueError from error


def find_email(cell: str) -> str | None:
    """Return the address when its syntax is right; nobody is asked about it, because that would tell them of it."""
    text = clean(cell).removeprefix("mailto:")
    if len(text) <= _LONGEST_PLAIN_EMAIL and _PLAIN_EMAIL.match(text):
        local, _, domain = text.partition("@")
        return f"{local}@{domain.lower()}"
    try:
        # Whether mail can reach it is not our question here; many records of old systems have internal domains.
        address = validate_email(text, check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError:
        return None
    return address if exact_email(address) else None


def find_phone(cell: str, *, country: str) -> str | None:
    """Return the number, in international form where it can be told.

    Args:
        country: name or code of the country of the address; empty for Germany.
    """
    text = clean(cell)
    if is_rounded(text) or not _PHONE_SHAPE.match(text) or sum(map(str.isdigit, text)) not in _DIGITS_OF_PHONE:
        return None
    region = region_of(country)
    if region is None and not text.startswith("+"):
        return text
    return exact_phone(text, region=region) or text


def region_of(country: str) -> str | None:
    """Return the code of a country given by code, German or English name; None when unknown. None named is Germany."""
    key = country.strip().casefold()
    if not key:
        return "DE"
    return _regions_by_name().get(key) or (key.upper() if key.upper() in phonenumbers.SUPPORTED_REGIONS else None)


@cache
def _regions_by_name() -> dict[str, str]:
    names = {
        name.casefold(): code
        for language in ("en", "de")
        for code, name in Locale(language).territories.items()
        if code in phonenumbers.SUPPORTED_REGIONS
    }
    return names | {"usa": "US", "uk": "GB", "brd": "DE"}
