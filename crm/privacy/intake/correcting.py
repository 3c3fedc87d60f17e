"""Taking back an objection that somebody else made, and keeping one for good; both by a link that was used up.

Source: Art. 5(1)(d), 21(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.errors import CrmError
from crm.models.intake import LinkKind, PersonalLink
from crm.privacy import objection, suppression
from crm.privacy.intake.letterbox import ACTOR, Message, find_link
from crm.privacy.purposes import Channel
from crm.settings import Settings


class ErasedSinceError(CrmError):
    """Everybody whose objection the link takes back has been erased; whoever holds the link may know, it is their own."""

    message = "Ihre Daten sind inzwischen gelöscht; deshalb gibt es keinen Widerspruch mehr, der sich zurücknehmen ließe."


def require_left(session: Session, link: PersonalLink) -> None:
    """Refuse to take back an objection of whoever has been erased; of links of other kinds nothing is asked.

    Raises:
        ErasedSinceError: nobody is left whose objection it was.
    """
    if link.kind != LinkKind.CORRECT or link.request_id is None:
        return
    if objection.is_of_erased(session, origin=objection.origin_of_message(link.request_id)):
        raise ErasedSinceError


def correct(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Take back what exactly one message brought about: its objections, and its entry on the suppression list.

    The entry stays as long as one of these people objects to advertising in another way.
    """
    del settings
    for message in messages:
        link = find_link(session, message, LinkKind.CORRECT)
        if link is None or link.request_id is None:
            continue
        people = objection.correct(session, origin=objection.origin_of_message(link.request_id), actor=ACTOR, now=now)
        still_objects = objection.stands_against_advertising(session, people, channel=Channel.EMAIL)
        if link.suppression_tag is not None and not still_objects:
            made_at = link.created_at
            suppression.take_back(session, tag=link.suppression_tag, entered_at=made_at, channel=Channel.EMAIL, actor=ACTOR, now=now)


def keep_blocked(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Keep addresses that nobody we know has on the suppression list for good, as whoever reads their mail wishes."""
    del settings
    for message in messages:
        link = find_link(session, message, LinkKind.KEEP_BLOCKED)
        if link is not None and link.suppression_tag is not None:
            suppression.keep(session, tag=link.suppression_tag, channel=Channel.EMAIL, actor=ACTOR, now=now)
