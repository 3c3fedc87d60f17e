"""The objection to advertising that comes with a request: entered with it, and taken back if somebody else had asked.

Source: Art. 5(1)(d), 21(2), (3) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.request_case import RequestCase
from crm.privacy import objection, purposes, suppression
from crm.privacy.purposes import Channel
from crm.privacy.requests import addressee, people, sealed
from crm.search.exact import exact_email
from crm.vault import Vault


def object_too(session: Session, case: RequestCase, request: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    """Enter the objection that came with the request; it waits for nothing (Art. 21(3))."""
    found = people.find_people(session, case.id)
    for each in found:
        objection.raise_to_marketing(session, subject_id=each, origin=objection.origin_of_case(case.number), actor=actor, now=now)
    reason = suppression.lawful_reason(purposes.find_all(session))
    if reason is None:
        return
    for address in _find_addresses(session, request, found, actor=actor, now=now):
        suppression.enter(session, address=address, channel=Channel.EMAIL, reason=reason, actor=actor, now=now)


def take_back(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> None:
    """Take back the objection that came with a request of somebody else, who is not the person, and what it put on the suppression list.

    What the people have said themselves stands, and so does the entry as long as one of them objects in another way.
    """
    objection.correct(session, origin=objection.origin_of_case(case.number), actor=actor, now=now)
    found = people.find_living_of(session, case)
    if objection.stands_against_advertising(session, found, channel=Channel.EMAIL):
        return
    request = sealed.open_part(session, case, "sealed_request")
    for address in _find_addresses(session, request, found, actor=actor, now=now):
        for tag in Vault.of(session).suppression_tags(address):
            suppression.take_back(session, tag=tag, entered_at=case.opened_at, channel=Channel.EMAIL, actor=actor, now=now)


def _find_addresses(session: Session, request: Mapping[str, str], subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> list[str]:
    """Return the address that was typed and those of the people, in the one form in which they are compared."""
    typed = {request.get("email"), *addressee.find_emails(session, subject_ids, actor=actor, now=now).values()}
    return sorted({exact for each in typed if each and (exact := exact_email(each))})
