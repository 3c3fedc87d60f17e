"""Slow guessing down, in the database, so that it holds for all workers and hosts.

A try is counted before the password is looked at, so that a hundred tries at the same moment do not share
one free try. Only keyed hashes are stored.
"""

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.models.account import SignInThrottle
from crm.vault import Vault

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=12)
_IPV6_NETWORK = 64


class Guess(Enum):
    """What is being guessed, with the number of tries before the first wait.

    A network gets more tries than an account, because a whole office shares one address.
    """

    PASSWORD = ("password", 5)
    CODE = ("code", 5)
    NETWORK = ("network", 30)

    def __init__(self, label: str, free_tries: int) -> None:
        self.label = label
        self.free_tries = free_tries


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter: what is guessed, and about whom (an address, a pseudonym, a network)."""

    guess: Guess
    about: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a try may go on, and whether a wait begins if it fails."""

    is_open: bool
    closes: bool


def take_turn(session: Session, counters: Collection[Counter], *, now: datetime) -> Turn:
    """Count one try; while any of the counters waits, count nothing and refuse.

    Commit before checking what was tried.
    """
    rows = _locked(session, counters, now)
    if any(row.closed_until is not None and row.closed_until > now for row, _ in rows):
        return Turn(is_open=False, closes=False)
    for row, guess in rows:
        row.tries = row.tries + 1 if now - row.tried_at < FORGOTTEN_AFTER else 1
        row.tried_at = now
        row.closed_until = _closed_until(row.tries, guess, now)
    return Turn(is_open=True, closes=any(row.closed_until is not None for row, _ in rows))


def settle(session: Session, *, clear: Sequence[Counter], give_back: Sequence[Counter] = (), now: datetime) -> None:
    """Forget the tries of `clear` after a success and give one try back to `give_back`.

    A network keeps its other tries: one good password among many wrong ones is how guessing looks.
    """
    cleared = {counter.guess for counter in clear}
    for row, guess in _locked(session, [*clear, *give_back], now):
        if guess in cleared:
            session.delete(row)
        else:
            row.tries = max(row.tries - 1, 0)
            row.closed_until = _closed_until(row.tries, guess, row.tried_at)


def clear(session: Session, counter: Counter) -> None:
    """Forget all tries of one counter, because the password behind it was replaced."""
    session.execute(delete(SignInThrottle).where(SignInThrottle.tag == _tag(session, counter)))


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove counters nobody added to for twelve hours; for the daily run."""
    rows = session.scalars(select(SignInThrottle).where(SignInThrottle.tried_at <= now - FORGOTTEN_AFTER)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def network_of(address: str | None) -> str:
    """Return the network that counts as one client: the address, or the /64 of IPv6, where one host owns it all."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed.packed, _IPV6_NETWORK), strict=False))
    return str(parsed)


def _closed_until(tries: int, guess: Guess, tried_at: datetime) -> datetime | None:
    beyond = tries - guess.free_tries
    if beyond < 0:
        return None
    return tried_at + min(FIRST_WAIT * (1 << min(beyond, 10)), LONGEST_WAIT)


def _locked(session: Session, counters: Collection[Counter], now: datetime) -> list[tuple[SignInThrottle, Guess]]:
    """Return the rows of the counters, made if missing and locked in one order, so that two tries cannot block each other."""
    guesses = {_tag(session, counter): counter.guess for counter in counters}
    for tag in sorted(guesses):
        _insert_if_missing(session, tag, now)
    asked = select(SignInThrottle).where(SignInThrottle.tag.in_(guesses)).order_by(SignInThrottle.tag).with_for_update()
    rows = session.scalars(asked.execution_options(populate_existing=True)).all()
    return [(row, guesses[row.tag]) for row in rows]


def _insert_if_missing(session: Session, tag: bytes, now: datetime) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(SignInThrottle).values(tag=tag, tries=0, tried_at=now).on_conflict_do_nothing())


def _tag(session: Session, counter: Counter) -> bytes:
    return Vault.of(session).throttle_tag(f"{counter.guess.label}:{counter.about}")
