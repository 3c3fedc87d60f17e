"""Sets aside what is not for the drop mailbox: nothing of it is kept, nobody is told, and how many there were is entered.

It takes heads alone, so that a flood of them delays no mail of staff.

Source: Art. 5(1)(c), (f), 32(1)(b) DSGVO.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor, system_actor
from crm.mail import Envelope, UnreadableMailError, read_envelope
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.search.exact import exact_email
from crm.services.drop.staff import find_dropper
from crm.services.drop.telling import Untold
from crm.settings import Settings

ACTOR: Final = system_actor("drop")


def sort(session: Session, heads: Mapping[str, bytes], *, longest: int, settings: Settings) -> dict[Untold, list[str]]:
    """Return the names of the messages that are set aside for what their heads say, by the reason.

    Args:
        heads: by the names of their messages.
        longest: octets that were fetched of a head; one that fills them may go on, so its mail is read instead.
    """
    aside: dict[Untold, list[str]] = {}
    for uid, head in heads.items():
        reason = find_reason(session, _envelope(head), settings) if len(head) < longest else None
        if reason:
            aside.setdefault(reason, []).append(uid)
    return aside


def find_reason(session: Session, envelope: Envelope | None, settings: Settings) -> Untold | None:
    """Return why a mail is set aside; None where it is one of staff that was put here by the secret address.

    Args:
        envelope: None where it cannot be read.
    """
    if envelope is None:
        return Untold.UNREADABLE
    if find_dropper(session, envelope) is None:
        return Untold.STRANGER
    return None if _names_the_secret(envelope, settings) else Untold.ELSEWHERE


def set_aside(session: Session, counts: Mapping[Untold, int], *, actor: Actor, now: datetime) -> None:
    """Enter how many messages are set aside for which reason."""
    for reason, count in counts.items():
        audit.record(session, Action.DROP_SET_ASIDE, actor=actor, now=now, result=reason, count=count)


def _names_the_secret(envelope: Envelope, settings: Settings) -> bool:
    """Say whether a mail was delivered to the secret address; the mailbox has another one too, which can be guessed."""
    secret = exact_email(settings.drop_address or "")
    local = (secret or "").partition("@")[0]
    return secret is not None and any(exact_email(each) == secret for each in envelope.delivered_to if each.partition("@")[0] == local)


def _envelope(head: bytes) -> Envelope | None:
    try:
        return read_envelope(head)
    except UnreadableMailError:
        return None
