"""Widerruf from the portal: the consents of everybody with this address end at once, all of them or those for one purpose.

No mail has to be confirmed before: withdrawing is as easy as giving, and whoever types the address of somebody else costs that person
no more than a new yes, of which the mail tells them. An objection does not come with it, nor does advertising go on by another way
because of it: what rests on a consent alone stops.

Source: Art. 7(3), 12(3) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.privacy import audit, consent, due, mails, purposes
from crm.privacy.actions import Action
from crm.privacy.consent import ConsentAct
from crm.privacy.intake import turns
from crm.privacy.intake.letterbox import ACTOR, Message
from crm.privacy.intake.people import find_by_address
from crm.privacy.intake.policy import intake_policy
from crm.settings import Settings

PURPOSE: Final = "purpose"  # the word of a message that says which consent; `EVERY` for all
EVERY: Final = "every"


def withdraw(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Let withdrawals take effect, and tell each address what has ended."""
    people = find_by_address(session, [each.address for each in messages if each.address])
    for message in messages:
        address = message.address
        if address is None:
            continue
        audit.record(session, Action.WITHDRAWAL_RECEIVED, actor=ACTOR, now=now)
        found = people.get(address, [])
        ended = [code for each in found for code in _end(session, each, message.content.get(PURPOSE, EVERY), now)]
        _tell(session, message, address, found, ended, settings=settings, now=now)


def _end(session: Session, subject_id: str, wanted: str, now: datetime) -> list[str]:
    """Withdraw what stands, proven or not; return the codes of the purposes."""
    states = consent.find_states(session, [subject_id], now=now).get(subject_id, {})
    standing = [key for key, each in states.items() if each.act is not ConsentAct.WITHDRAWN and wanted in {EVERY, key[0]}]
    for code, channel in standing:
        consent.withdraw(session, subject_id=subject_id, purpose=code, channel=channel, actor=ACTOR, now=now)
    if standing:
        due.refresh(session, [subject_id], zone=due.zone_of(session), now=now)
    return [code for code, _ in standing]


def _tell(
    session: Session, message: Message, address: str, found: Sequence[str], ended: Sequence[str], *, settings: Settings, now: datetime
) -> None:
    """Confirm, unless the address got enough mail today; one mail of the day is left for a request that needs it."""
    most = max(intake_policy().mails_per_day - 1, 1)
    if not turns.take_turns(session, addresses=[address], most=most, settings=settings, now=now):
        return
    known = purposes.find_all(session)
    titles = [known.get(code).title[message.language] for code in dict.fromkeys(ended)]
    mails.write(
        session,
        kind="withdrawal_confirmed" if ended else "withdrawal_of_nothing",
        to=address,
        language=message.language,
        facts={"day": mails.worded_day(now, message.language, settings), "ended": ", ".join(titles)},
        subject_id=found[0] if found else None,
        settings=settings,
        now=now,
    )
