"""What an address of a site, a page or a machine looks like, where it is set."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

_SCHEMES: Final = frozenset({"http", "https"})
_NAME: Final = re.compile(r"[\w.-]{1,253}")  # letters of every language: crm.müller.example is one


def is_origin(value: str) -> bool:
    """Say whether this is scheme, host and at most a port, as browsers name a site."""
    parts = _split(value)
    return parts is not None and _is_one_word(value) and not parts.path and value == f"{parts.scheme}://{parts.netloc}"


def is_web_address(value: str) -> bool:
    """Say whether this leads to a page."""
    return find_host(value) is not None and _is_one_word(value)


def find_host(value: str) -> str | None:
    """Return the machine that an address of the web leads to, or None where people could not follow it."""
    parts = _split(value)
    return parts.hostname if parts else None


def is_host(value: str) -> bool:
    """Say whether this names one machine: a name, or a number in either form."""
    return _NAME.fullmatch(value) is not None or _is_number(value)


def are_alike(first: str, second: str) -> bool:
    """Say whether two origins are the same, or servers behind them would wait at the same port of this machine."""
    one, other = urlsplit(first), urlsplit(second)
    if (one.scheme, one.hostname, _port_of(one)) == (other.scheme, other.hostname, _port_of(other)):
        return True
    return one.scheme == other.scheme == "http" and one.port is not None and one.port == other.port


def _split(value: str) -> SplitResult | None:
    """Return the parts of an address of the web that people can follow, or None."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port  # both are read on demand, and refuse what cannot be one
    except ValueError:
        return None
    follows = parts.scheme in _SCHEMES and is_host(host) and port != 0 and parts.username is None
    return parts if follows else None


def _is_one_word(value: str) -> bool:
    return value.split() == [value] and value.isprintable()


def _port_of(parts: SplitResult) -> int:
    return parts.port or {"http": 80, "https": 443}[parts.scheme]


def _is_number(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
