"""Mail to addresses that somebody typed into the portal: few, in the reader's language, and without a word that was typed.

A stranger can type any address. So nothing of the message is repeated in the mail, and one address gets few a day.

Source: Art. 12(1), (3) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.3, 5.4.
"""

from datetime import date, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.orm import Session

from crm.mail import Letter
from crm.models.intake import MailCount
from crm.privacy import post
from crm.settings import Settings, initial_policy
from crm.vault import Vault

_DAY: Final = {"de": "dd.MM.yyyy", "en": "d MMMM yyyy"}


@cache
def _texts() -> dict[str, Any]:
    return initial_policy("mail_texts")


def take_turn(session: Session, *, address: str, most: int, settings: Settings, now: datetime) -> bool:
    """Say whether this address may get one more mail today, and count it.

    Args:
        most: mails of a day, in the time zone of the controller.
    """
    tag = Vault.of(session).throttle_tag(f"intake:{address}")
    today = day_of(now, settings)
    count = session.get(MailCount, tag)
    if count is None:
        count = MailCount(tag=tag, day=today, mails=0)
        session.add(count)
    if count.day < today:
        count.day, count.mails = today, 0
    if count.mails >= most:
        return False
    count.mails += 1
    return True


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
) -> None:
    """Write a mail of this kind, in the transaction of the act it tells of.

    Args:
        kind: a key of `config/mail_texts.toml`.
        facts: what fills the placeholders besides the organisation and the way to reach it.
    """
    text = _texts()[kind]
    every = {"organisation": settings.organisation, "contact": settings.privacy_email or f"{settings.portal_origin}/contact"}
    letter = Letter(to=to, subject=text["subject"][language] % every, text=text["text"][language] % (every | facts))
    post.write(session, letter, kind=kind, now=now, subject_id=subject_id)


def day_of(moment: datetime, settings: Settings) -> date:
    """Return the day of a moment in the time zone of the controller."""
    return moment.astimezone(ZoneInfo(settings.time_zone)).date()


def worded_day(moment: datetime, language: str, settings: Settings) -> str:
    """Return the day as people write it in this language."""
    return format_date(day_of(moment, settings), _DAY[language], locale=language)
