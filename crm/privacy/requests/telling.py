"""Tells whoever asked how their case stands, by mail where an address is known.

Source: Art. 12(1), (3) DSGVO.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.request_case import RequestCase
from crm.privacy import mails
from crm.privacy.requests import addressee, people, sealed
from crm.search.exact import exact_email
from crm.settings import Settings


def tell(
    session: Session,
    case: RequestCase,
    *,
    kind: str,
    more: Callable[[], Mapping[str, str]],
    settings: Settings,
    actor: Actor,
    now: datetime,
) -> bool:
    """Write a mail about a case, with its number, day and last day; return whether there was an address to write to.

    Args:
        kind: a key of `config/mail_texts.toml`.
        more: makes what this mail says besides; asked only if it is written.
    """
    to = _find_address(session, case, actor=actor, now=now)
    if to is None:
        return False
    facts = {
        "number": case.number,
        "day": mails.worded(case.received_on, case.language),
        "due": mails.worded(case.due_on, case.language),
        **more(),
    }
    mails.write(session, kind=kind, to=to, language=case.language, facts=facts, subject_id=case.subject_id, settings=settings, now=now)
    return True


def _find_address(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> str | None:
    """Return an address we know, else the one that was typed: an impostor's request is then seen by the person."""
    found = people.find_living_of(session, case)
    known = addressee.find_emails(session, found, actor=actor, now=now)
    typed = sealed.open_part(session, case, "sealed_request").get("email")
    wanted = (known.get(case.subject_id), *known.values(), typed)
    return next((each for each in wanted if each and exact_email(each)), None)
