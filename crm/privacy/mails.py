"""Mail with a text of `config/mail_texts.toml`, in the reader's language; nothing that a stranger typed is repeated in it.

Source: Art. 12(1) DSGVO.
"""

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.orm import Session

from crm.mail import Letter
from crm.privacy import post
from crm.settings import Settings, initial_policy

_DAY: Final = {"de": "dd.MM.yyyy", "en": "d MMMM yyyy"}


@cache
def _texts() -> dict[str, Any]:
    return initial_policy("mail_texts")


def write(
    session: Session,
    *,
    kind: str,
    to: str,
    language: str,
    facts: dict[str, str],
    subject_id: str | None = None,
    settings: Settings,
    now: datetime,
) -> str:
    """Write a mail of this kind, in the transaction of the act it tells of; return its id.

    Args:
        kind: a key of `config/mail_texts.toml`.
        facts: what fills the placeholders besides the organisation and the way to reach it.
    """
    letter = compose(kind=kind, to=to, language=language, facts=facts, settings=settings)
    return post.write(session, letter, kind=kind, now=now, subject_id=subject_id)


def compose(*, kind: str, to: str, language: str, facts: dict[str, str], settings: Settings) -> Letter:
    """Return the letter of this kind."""
    text = _texts()[kind]
    known = {"organisation": settings.organisation, "contact": settings.privacy_email or f"{settings.portal_origin}/contact"} | facts
    return Letter(to=to, subject=text["subject"][language] % known, text=text["text"][language] % known)


def word(code: str, language: str) -> str:
    """Return what a text calls the right that somebody uses."""
    said: str = _texts()["rights"][code][language]
    return said


def day_of(moment: datetime, settings: Settings) -> date:
    """Return the day of a moment in the time zone of the controller."""
    return moment.astimezone(ZoneInfo(settings.time_zone)).date()


@lru_cache(maxsize=100)  # letters of one day name the same few days
def worded(day: date, language: str) -> str:
    """Return a day as people write it in this language."""
    return format_date(day, _DAY[language], locale=language)


def worded_day(moment: datetime, language: str, settings: Settings) -> str:
    """Return the day of a moment as people write it in this language."""
    return worded(day_of(moment, settings), language)
