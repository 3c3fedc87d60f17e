"""Tells whoever asked how their case stands, by mail where an address is known.

Source: Art. 12(1), (3) DSGVO.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from crm import mail
from crm.actor import Actor
from crm.mail import MailState
from crm.models.request_case import CaseKind, RequestCase
from crm.privacy import mails, post
from crm.privacy.requests import addressee, pending, people, sealed
from crm.search.exact import exact_email
from crm.settings import Settings


class Told(StrEnum):
    """What a mail tells whoever asked; each is its kind in the outbox."""

    OPENED = "request_opened"
    EXTENDED = "request_extended"
    ANSWERED = "request_answered"


def tell(
    session: Session,
    case: RequestCase,
    *,
    kind: Told,
    more: Callable[[], Mapping[str, str]],
    settings: Settings,
    actor: Actor,
    now: datetime,
) -> bool:
    """Write a mail about a case, with its number, day and last day; return whether there was an address to write to.

    Args:
        kind: what it tells; a key of `config/mail_texts.toml`.
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
    text: str = kind
    if case.kind != CaseKind.ERASURE:
        text, facts["right"] = f"{kind}_copy", mails.word(case.kind, case.language)
    if kind is Told.OPENED and CaseKind(case.kind).is_claim:
        rests = pending.reason_of(session, case) is not None
        text, facts["use"] = f"{kind}_claim", mails.word("rests" if rests else "goes_on", case.language)
    letter = mails.compose(kind=text, to=to, language=case.language, facts=facts, settings=settings)
    post.write(session, letter, kind=kind, now=now, subject_id=case.subject_id)
    return True


def find_untold(session: Session, cases: Sequence[RequestCase]) -> dict[str, tuple[Told, ...]]:
    """Return by case what its person was not told, because the mail that says it was given up; who was told everything is absent.

    A message names its person and no case: that an extension did not arrive counts for each case they had then.
    """
    given_up = mail.find_given_up(session, kinds=(Told.OPENED, Told.EXTENDED), subject_ids=[each.subject_id for each in cases])
    answers = mail.find_fates(session, [each.answer_mail_id for each in cases if each.answer_mail_id])
    untold: dict[str, tuple[Told, ...]] = {}
    for case in cases:
        kinds = {Told(kind) for whose, kind, at in given_up if whose == case.subject_id and _is_about(case, kind, at)}
        if case.answer_mail_id in answers and answers[case.answer_mail_id].state is MailState.GIVEN_UP:
            kinds.add(Told.ANSWERED)
        if kinds:
            untold[case.id] = tuple(each for each in Told if each in kinds)
    return untold


def _is_about(case: RequestCase, kind: str, written_at: datetime) -> bool:
    return written_at == case.opened_at if kind == Told.OPENED else written_at >= case.opened_at


def _find_address(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> str | None:
    """Return an address we know, else the one that was typed: an impostor's request is then seen by the person."""
    found = people.find_living_of(session, case)
    known = addressee.find_emails(session, found, actor=actor, now=now)
    typed = sealed.open_part(session, case, "sealed_request").get("email")
    wanted = (known.get(case.subject_id), *known.values(), typed)
    return next((each for each in wanted if each and exact_email(each)), None)
