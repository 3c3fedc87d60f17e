"""Answers that are fetched on the portal: the code that a second mail brings, and the note that somebody has fetched one.

The portal has no keys. The worker lays the archive out for it, sealed for the token of the link and the code together; both
are in mails alone, and what lies in the database opens with neither of them missing.

Source: Art. 5(1)(f), 12(3), (6), 15(3), 32(1)(a), (b) DSGVO.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from crm.models.answer_package import AnswerHandout, AnswerPackage
from crm.models.intake import LinkKind, PersonalLink
from crm.models.request_case import RequestCase
from crm.privacy import audit, due, links, mails
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY
from crm.privacy.intake import turns
from crm.privacy.intake.letterbox import ACTOR, TOKEN, Message, find_link
from crm.privacy.intake.policy import intake_policy
from crm.privacy.links import LinkUnknownError
from crm.privacy.requests import packages, sealed
from crm.privacy.requests.policy import request_policy
from crm.settings import Settings
from crm.vault import TamperedError, open_with, seal_for

_DIGITS: Final = 8


class CodeMissingError(LinkUnknownError):
    """No code was asked for, or its minutes are over, or it was mistyped too often."""

    message = "Für diesen Link gibt es gerade keinen gültigen Code. Fordern Sie einen neuen an."


class CodeWrongError(LinkUnknownError):
    """The code does not open the answer."""

    message = "Dieser Code ist es nicht. Prüfen Sie, ob er aus der neuesten E-Mail ist; nach mehreren Versuchen brauchen Sie einen neuen."


def send_codes(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Send a code to the address the answer went to, and lay the archive out for it; an earlier code stops working."""
    for message in messages:
        link = find_link(session, message, LinkKind.ANSWER)
        if link is not None and link.used_at is None:
            _send_code(session, link, message.content[TOKEN], settings=settings, now=now)


def _send_code(session: Session, link: PersonalLink, token: str, *, settings: Settings, now: datetime) -> None:
    case = session.get(RequestCase, link.request_id)
    package = packages.find(session, link.request_id) if link.request_id else None
    today = now.astimezone(due.zone_of(session)).date()
    if case is None or package is None or package.expires_on is None or package.expires_on < today:
        return
    address = sealed.open_part(session, case, "sealed_answer").get("to")
    if not address or not turns.take_turns(session, addresses=[address], most=intake_policy().mails_per_day, settings=settings, now=now):
        return
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    _lay_out(session, case, package, link, token, code, now=now)
    half, minutes = _DIGITS // 2, int(request_policy().code_for.total_seconds() // 60)
    facts = {"code": f"{code[:half]} {code[half:]}", "minutes": str(minutes), "number": case.number}
    mails.write(
        session,
        kind="answer_code",
        to=address,
        language=case.language,
        facts=facts,
        subject_id=package.subject_id,
        settings=settings,
        now=now,
    )
    _enter(session, Action.COPY_CODE_SENT, case, package, now)


def _lay_out(
    session: Session, case: RequestCase, package: AnswerPackage, link: PersonalLink, token: str, code: str, *, now: datetime
) -> None:
    archive = packages.open_granted(session, case, package)
    session.execute(delete(AnswerHandout).where(AnswerHandout.token_hash == link.token_hash))
    session.add(
        AnswerHandout(
            token_hash=link.token_hash,
            case_id=case.id,
            subject_id=package.subject_id,
            content=seal_for(token, code, archive, row_id=link.token_hash.hex()),
            tries_left=request_policy().code_tries,
            made_at=now,
            expires_at=now + request_policy().code_for,
        )
    )


def fetch(session: Session, *, token: str, code: str, now: datetime) -> tuple[PersonalLink, bytes]:
    """Return the archive for whoever has the link and the code, once; needs no key of the key store.

    A wrong code costs a try though nothing is returned, so the caller commits what this has written when it raises.

    Raises:
        LinkUnknownError, LinkUsedError: there is no such link, or the answer was fetched.
        CodeMissingError, CodeWrongError: as they say.
    """
    link = links.get(session, token=token, kind=LinkKind.ANSWER, now=now)
    mine = (AnswerHandout.token_hash == link.token_hash, AnswerHandout.expires_at > now, AnswerHandout.tries_left > 0)
    tried = update(AnswerHandout).where(*mine).values(tries_left=AnswerHandout.tries_left - 1)
    content = session.scalar(tried.returning(AnswerHandout.content))
    if content is None:
        raise CodeMissingError
    try:
        archive = open_with(token, "".join(code.split()), content, row_id=link.token_hash.hex())
    except TamperedError as error:
        raise CodeWrongError from error
    session.execute(delete(AnswerHandout).where(AnswerHandout.token_hash == link.token_hash))
    return links.use(session, token=token, kind=LinkKind.ANSWER, now=now), archive


def note_fetched(session: Session, messages: Sequence[Message], *, settings: Settings, now: datetime) -> None:
    """Enter that answers were fetched."""
    del settings
    for message in messages:
        link = find_link(session, message, LinkKind.ANSWER)
        case = session.get(RequestCase, link.request_id) if link is not None else None
        package = packages.find(session, case.id) if case is not None else None
        if case is not None and package is not None:
            package.fetched_at = message.received_at
            _enter(session, Action.COPY_FETCHED, case, package, now)


def _enter(session: Session, action: Action, case: RequestCase, package: AnswerPackage, now: datetime) -> None:
    facts: dict[str, Any] = {"purpose": DUTY, "basis": "6-1-c", "kind": case.kind}
    audit.record(session, action, actor=ACTOR, now=now, subject_id=package.subject_id, **facts)
