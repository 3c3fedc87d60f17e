"""Requests from the portal: they wait, sealed, until the button behind a mail says whose they are; then a case opens.

Source: Art. 12(3), (6), 17(1) DSGVO.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.db import new_id
from crm.models.intake import LinkKind, PendingRequest
from crm.models.request_case import CaseKind, CaseWay, Identity
from crm.privacy import audit, links, mails
from crm.privacy.actions import Action
from crm.privacy.erasure import unconfirmed
from crm.privacy.intake import turns
from crm.privacy.intake.letterbox import ACTOR, Message, find_link
from crm.privacy.intake.objecting import object_to_advertising
from crm.privacy.intake.people import find_by_address
from crm.privacy.intake.policy import intake_policy
from crm.privacy.periods import due_on
from crm.privacy.requests import cases
from crm.privacy.retention_rules import find_rules
from crm.settings import Settings
from crm.vault import Vault

_TABLE: Final = "pending_request"
_COLUMN: Final = "sealed_request"
OBJECTS_TOO: Final = "objects_too"  # a word of the message that says whether the box was ticked: "1" or ""
_FOUND_BY: Final = "email"
_CONFIRMS: Final = (LinkKind.CONFIRM, LinkKind.CONFIRM_COPY, LinkKind.CONFIRM_CLAIM)


def take_in(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Keep requests until they are confirmed; an objection that was ticked waits for nothing and takes effect now."""
    objections = [message for message in messages if message.content.get(OBJECTS_TOO)]
    if objections:
        object_to_advertising(session, objections, settings=settings, now=now)
    for message in messages:
        pending = _keep(session, message, now)
        audit.record(session, Action.REQUEST_RECEIVED, actor=ACTOR, now=now, kind=pending.kind)
        _ask_to_confirm(session, pending, message, settings=settings, now=now)


def _confirm_until(session: Session, now: datetime) -> datetime:
    """Return until when a request can be confirmed: at the same time of day on the last day of its period (RET-02)."""
    today = now.date()
    return now + (due_on(find_rules(session)[unconfirmed.RULE], today) - today)


def _keep(session: Session, message: Message, now: datetime) -> PendingRequest:
    request_id = new_id()
    vault = Vault.of(session)
    content = json.dumps(dict(message.content), ensure_ascii=False).encode()
    pending = PendingRequest(
        id=request_id,
        kind=CaseKind(message.kind.value),
        language=message.language,
        address_tag=vault.throttle_tag(f"request:{message.address}"),
        sealed_request=vault.seal_own(_TABLE, _COLUMN, request_id, content),
        received_at=message.received_at,
        expires_at=_confirm_until(session, now),
    )
    session.add(pending)
    return pending


def _ask_to_confirm(session: Session, pending: PendingRequest, message: Message, *, settings: Settings, now: datetime) -> None:
    """Write the mail with the button; without a turn the request waits for the button of an earlier one of the address."""
    policy = intake_policy()
    address = message.content["email"]
    if not turns.take_turns(session, addresses=[address], most=policy.mails_per_day, settings=settings, now=now):
        return
    kind, link, right = "request_to_confirm", LinkKind.CONFIRM, {}
    if pending.kind != CaseKind.ERASURE:
        kind, right = "request_to_confirm_copy", {"right": mails.word(pending.kind, message.language)}
        link = LinkKind.CONFIRM_COPY if CaseKind(pending.kind).is_copy else LinkKind.CONFIRM_CLAIM
    token = links.issue(session, kind=link, request_id=pending.id, expires_at=pending.expires_at, now=now)
    facts = right | {
        "day": mails.worded_day(pending.received_at, message.language, settings),
        "until": mails.worded_day(pending.expires_at, message.language, settings),
        "link": links.address(link, token, language=message.language, settings=settings),
    }
    mails.write(session, kind=kind, to=address, language=message.language, facts=facts, settings=settings, now=now)


def confirm(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Open a case for each request that was confirmed; one that lapsed or was answered with another one opens none."""
    for message in messages:
        link = next(filter(None, (find_link(session, message, kind) for kind in _CONFIRMS)), None)
        pending = session.get(PendingRequest, link.request_id) if link is not None and link.request_id is not None else None
        if pending is not None:
            audit.record(session, Action.REQUEST_CONFIRMED, actor=ACTOR, now=now, kind=pending.kind)
            _open_case(session, pending, settings=settings, now=now)


def _open_case(session: Session, pending: PendingRequest, *, settings: Settings, now: datetime) -> None:
    """Open one case for everything this address has asked for and not confirmed; the period began with the first of it."""
    request = _open(session, pending)
    address = request["email"]
    found = find_by_address(session, [address]).get(address, [])
    same = (PendingRequest.address_tag == pending.address_tag, PendingRequest.kind == pending.kind)
    first = session.scalars(select(PendingRequest.received_at).where(*same).order_by(PendingRequest.received_at).limit(1)).one()
    session.execute(delete(PendingRequest).where(*same))
    cases.open_case(
        session,
        subject_id=found[0] if found else None,
        kind=CaseKind(pending.kind),
        way=CaseWay.PORTAL,
        language=pending.language,
        received_on=mails.day_of(first, settings),
        identity=Identity.MAIL_CONFIRMED,
        request={name: value for name, value in request.items() if name != OBJECTS_TOO and value},
        objects_too=bool(request.get(OBJECTS_TOO)),
        found=[(subject_id, _FOUND_BY) for subject_id in found],
        settings=settings,
        actor=ACTOR,
        now=now,
    )


def _open(session: Session, pending: PendingRequest) -> Mapping[str, str]:
    content: dict[str, str] = json.loads(Vault.of(session).open_own(_TABLE, _COLUMN, pending.id, pending.sealed_request))
    return content
