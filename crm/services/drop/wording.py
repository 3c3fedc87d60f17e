"""How a note about a mail reads.

Source: Art. 5(1)(c), 9(1) DSGVO.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from crm.privacy import special_categories
from crm.services.drop.conversation import Conversation
from crm.services.drop.policy import drop_policy
from crm.settings import Settings

_MOMENT = {"de": "dd.MM.yyyy, HH:mm", "en": "d MMMM yyyy, HH:mm"}


def note_about(conversation: Conversation, *, sent_at: datetime, is_whole: bool, settings: Settings) -> str:
    """Return the text of the note, in the language of the installation.

    Args:
        is_whole: no means that a part of the mail was not fetched.
    """
    language, kept = settings.language, drop_policy().characters_kept
    text, subject = conversation.text, conversation.subject
    facts = {
        "moment": worded_moment(sent_at, language, settings),
        "subject": subject or "–",
        "number": str(conversation.attachments),
    }

    def said(name: str) -> str:
        return drop_policy().note[name][language] % facts

    parts = [f"{said(conversation.direction)}\n{said('subject')}", text[:kept].rstrip() or said("empty")]
    if len(text) > kept or not is_whole:
        parts.append(said("cut_attached" if conversation.is_enclosed and not is_whole else "cut"))
    if conversation.attachments:
        parts.append(said("attachments" if is_whole else "attachments_at_least"))
    if special_categories.find_words(f"{subject}\n{text[:kept]}"):
        parts.append(said("hint"))
    return "\n\n".join(parts)


def worded_moment(moment: datetime, language: str, settings: Settings) -> str:
    """Return a moment as people write it, in the time zone of the controller."""
    return format_datetime(moment, _MOMENT[language], tzinfo=ZoneInfo(settings.time_zone), locale=language)
