"""The way out of advertising that a person gets from us: a link of their own, in the hand or in the header of a letter.

Source: Art. 12(2), 21(2), (4), (5) DSGVO; RFC 2369, RFC 8058.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.mail import Letter
from crm.models.intake import LinkKind
from crm.privacy import audit, links
from crm.privacy.actions import Action
from crm.privacy.intake.policy import intake_policy
from crm.settings import Settings


@dataclass(frozen=True, slots=True)
class WayOut:
    """A link that stops advertising, to be handed to the person; its token is kept nowhere, so nobody can show it again."""

    address: str
    expires_at: datetime


def issue(session: Session, *, subject_id: str, settings: Settings, actor: Actor, now: datetime) -> WayOut:
    """Make one link for a person, to be handed over by staff."""
    expires_at = now + intake_policy().handed_link_for
    token = links.issue(session, kind=LinkKind.OBJECT, subject_id=subject_id, expires_at=expires_at, now=now)
    audit.record(session, Action.OBJECTION_LINK_ISSUED, actor=actor, now=now, subject_id=subject_id)
    return WayOut(links.address(LinkKind.OBJECT, token, language=settings.language, settings=settings), expires_at)


def add_to(session: Session, letter: Letter, *, subject_id: str, settings: Settings, now: datetime) -> Letter:
    """Return the letter with the button of mail programs that stops advertising; for advertising mail, of which none is written yet.

    The link has no end, because it must work as long as the mail lies somewhere.
    """
    token = links.issue(session, kind=LinkKind.OBJECT, subject_id=subject_id, now=now)
    address = links.one_click_address(token, origin=settings.portal_origin)
    return replace(
        letter, headers={**letter.headers, "List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    )
