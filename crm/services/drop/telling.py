"""Tells a member of staff, once, that a mail was not filed, without repeating anything of it.

Source: Art. 5(1)(c), (f) DSGVO: mail is open to others, so it does not say whether somebody is known, restricted or erased.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from crm import mail as outgoing
from crm.models.account import Account
from crm.privacy import mails, post
from crm.services.accounts import addresses
from crm.services.drop.wording import worded_moment
from crm.settings import Settings


class Told(StrEnum):
    """Why a mail was not filed, or not everywhere; the value is a key of `config/mail_texts.toml`."""

    NOBODY = "drop_nobody"
    IN_PART = "drop_in_part"
    CROWD = "drop_crowd"
    UNREADABLE = "drop_unreadable"
    ROLE = "drop_role"
    ATTACHED = "drop_attached"


class Untold(StrEnum):
    """What nobody is told, because the sender is not known, may be forged, or is a program."""

    STRANGER = "stranger"
    ELSEWHERE = "elsewhere"  # in the name of a member of staff, and not to the secret address
    UNREADABLE = "unreadable"
    AUTOMATIC = "automatic"


def tell(
    session: Session, account: Account, told: Told, *, message_id: str, sent_at: datetime, number: int, settings: Settings, now: datetime
) -> bool:
    """Write the mail, unless it was written before; say whether it was written now.

    Args:
        message_id: the id in the outbox, the same whenever the same mail is dropped.
        number: of addresses, or of attached mails, that are told about.
    """
    if outgoing.find_fates(session, [message_id]):
        return False
    language = account.language or settings.language
    moment = worded_moment(sent_at, language, settings)
    facts = {"name": addresses.name_of(session, account), "moment": moment, "number": str(number)}
    to = addresses.email_of(session, account)
    letter = mails.compose(kind=told, to=to, language=language, facts=facts, settings=settings)
    post.write(session, letter, kind=told, now=now, message_id=message_id)
    return True
