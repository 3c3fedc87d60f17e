"""How a note about a mail reads.

Source: Art. 5(1)(c), 9(1) DSGVO.
"""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from crm.privacy import special_categories
from crm.readable import many_lines, one_line, without_overrides
from crm.services.drop.conversation import Conversation
from crm.services.drop.policy import drop_policy
from crm.settings import Settings

_MOMENT = {"de": "dd.MM.yyyy, HH:mm", "en": "d MMMM yyyy, HH:mm"}
_LONGEST_SUBJECT = 300


def note_about(conversation: Conversation, *, happened_at: datetime, is_whole: bool, settings: Settings) -> str:
    """Return the text of the note, in the language of the installation.

    Args:
        is_whole: no means that a part of the mail was not fetched.
    """
    language, kept = settings.language, drop_policy().characters_kept
    text, subject = clean(conversation.text), one_line(clean(conversation.subject))[:_LONGEST_SUBJECT]
    facts = {
        "moment": worded_moment(happened_at, language, settings),
        "subject": subject or "–",
        "number": str(conversation.attachments),
    }

    def said(name: str) -> str:
        return drop_policy().note[name][language] % facts

    parts = [f"{said(conversation.direction)}\n{said('subject')}", text[:kept].rstrip() or said("empty")]
    if len(text) > kept or not is_whole:
        parts.append(said("cut"))
    if conversation.attachments:
        parts.append(said("attachments" if is_whole else "attachments_at_least"))
    if special_categories.find_words(f"{subject}\n{text[:kept]}"):
        parts.append(said("hint"))
    return "\n\n".join(parts)


def worded_moment(moment: datetime, language: str, settings: Settings) -> str:
    """Return a moment as people write it, in the time zone of the controller."""
    return format_datetime(moment, _MOMENT[language], tzinfo=ZoneInfo(settings.time_zone), locale=language)


def clean(text: str) -> str:
    """Return a text that reads as it is stored: there is nobody to type it anew."""
    lines = many_lines(without_overrides(text))
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"}).strip()
