"""Open cases that a new one may repeat: about the same person, or from a sender with the same name or address.

Two cases about one request would have two periods and two answers; whether it is one, the reader decides.

Source: Art. 12(3), 12(5) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.field_groups import FieldGroup
from crm.models.request_case import CaseState, CaseSubject, RequestCase
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY
from crm.privacy.intake.people import find_by_address
from crm.privacy.matching import fold_name
from crm.privacy.requests import sealed
from crm.search.exact import exact_email

_COMPARED: Final = 500  # open cases; who has more has other worries than a second one


def find_open_about(session: Session, subject_ids: Sequence[str]) -> Sequence[RequestCase]:
    """Return the open cases about any of these people, the oldest first."""
    about = select(CaseSubject.case_id).where(CaseSubject.subject_id.in_(subject_ids))
    wanted = (RequestCase.state != CaseState.CLOSED, or_(RequestCase.subject_id.in_(subject_ids), RequestCase.id.in_(about)))
    return session.scalars(select(RequestCase).where(*wanted).order_by(RequestCase.number)).all()


def find_open_like(session: Session, *, asked: Mapping[str, str], actor: Actor, now: datetime) -> Sequence[RequestCase]:
    """Return the open cases of whoever bears this name or has this address, the oldest first; one entry names those compared.

    Args:
        asked: `name` and `email` as somebody typed them.
    """
    email, name = exact_email(asked.get("email", "")), fold_name(asked.get("name", ""))
    known = find_by_address(session, [email]).get(email, []) if email else []
    found = {each.id: each for each in find_open_about(session, known)} if known else {}
    newest = select(RequestCase).where(RequestCase.state != CaseState.CLOSED).order_by(RequestCase.number.desc()).limit(_COMPARED)
    compared = session.scalars(newest).all() if email or name else ()
    if compared:
        # They are opened to be compared, as the names of people are before two records become one.
        audit.record(
            session,
            Action.PEOPLE_MATCHED,
            actor=actor,
            now=now,
            subjects=list(dict.fromkeys(each.subject_id for each in compared)),
            groups=[FieldGroup.IDENTITY, FieldGroup.EMAIL],
            purpose=DUTY,
            basis="6-1-c",
        )
    found |= {each.id: each for each in compared if _is_from(sealed.open_part(session, each, "sealed_request"), email, name)}
    return sorted(found.values(), key=lambda each: each.number)


def _is_from(request: Mapping[str, str], email: str | None, name: str) -> bool:
    same_name = bool(name) and fold_name(request.get("name", "")) == name
    return same_name or (email is not None and exact_email(request.get("email", "")) == email)
