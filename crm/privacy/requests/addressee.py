"""Where an answer goes: gathered before the data are destroyed, because afterwards nobody knows it any more.

Source: Art. 12(3), (4) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.field_groups import FieldGroup
from crm.models.request_case import CaseSubject, RequestCase
from crm.privacy import disclosure, suppression
from crm.privacy.purposes import Channel
from crm.privacy.requests import naming, people, sealed
from crm.privacy.requests.facts import StopReason
from crm.search.exact import exact_email

_GROUPS: Final = frozenset({FieldGroup.IDENTITY, FieldGroup.EMAIL, FieldGroup.ADDRESS})
_HOME: Final = frozenset({"", "de", "deutschland", "germany"})


def gather(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return where the answer goes, and whether an entry on the suppression list stays behind.

    What we know of the person is used before what was typed into the request: whoever asked in somebody else's name
    gets no answer that way. Where it is settled that it was somebody else, nothing that they typed is used.
    """
    request = sealed.open_part(session, case, "sealed_request")
    found = people.find_living_of(session, case)
    if found and _is_of_impostor(session, case):
        request = {}
    opened = disclosure.open_for_request(session, subject_ids=found, groups=_GROUPS, actor=actor, now=now)
    profile = opened.get(case.subject_id) or next(iter(opened.values()), {})
    addresses = [*(fields.get("email") for fields in opened.values()), request.get("email")]
    return {
        "to": _first_address(profile.get("email"), request.get("email")),
        "name_lines": _name_lines(profile, request, case.language),
        "addressed_as": naming.in_greeting(profile, language=case.language),
        "address_lines": address_lines(profile) or address_lines(request),
        "suppression_stays": any(_is_suppressed(session, each) for each in addresses if each),
    }


def keep_for_others(session: Session, case: RequestCase, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Keep with the other cases about people where their answers go, before this case erases the people."""
    others = (
        select(CaseSubject.case_id)
        .join(RequestCase, RequestCase.id == CaseSubject.case_id)
        .where(CaseSubject.subject_id.in_(subject_ids), RequestCase.id != case.id, RequestCase.answer_written_at.is_(None))
        .order_by(CaseSubject.case_id)
    )
    for case_id in session.scalars(others.distinct()).all():
        other = session.get_one(RequestCase, case_id, with_for_update=True, populate_existing=True)
        keep(session, other, actor=actor, now=now)


def keep(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> None:
    """Keep with a case where its answer goes; what was kept before its last person was erased stands."""
    if case.sealed_answer is not None and not people.find_living_of(session, case):
        return
    draft = gather(session, case, actor=actor, now=now)
    case.sealed_answer = sealed.seal(session, case_id=case.id, subject_id=case.subject_id, column="sealed_answer", content=draft)


def find_emails(session: Session, subject_ids: Sequence[str], *, actor: Actor, now: datetime) -> dict[str, str]:
    """Return the e-mail addresses of living people, by person; nothing else of them is opened."""
    opened = disclosure.open_for_request(session, subject_ids=subject_ids, groups={FieldGroup.EMAIL}, actor=actor, now=now)
    return {subject_id: fields["email"] for subject_id, fields in opened.items() if fields.get("email")}


def _is_of_impostor(session: Session, case: RequestCase) -> bool:
    return sealed.open_part(session, case, "sealed_decision").get("stopped") == StopReason.IMPOSTOR


def _first_address(*candidates: str | None) -> str | None:
    return next((each for each in candidates if each and exact_email(each)), None)


def _name_lines(profile: Mapping[str, str], request: Mapping[str, str], language: str) -> list[str]:
    name = naming.on_envelope(profile, language=language) or request.get("name", "")
    return [name] if name else []


def address_lines(fields: Mapping[str, str]) -> list[str]:
    """Return the lines of a postal address; none where street or town is missing."""
    street, city = fields.get("street", ""), fields.get("city", "")
    if not street or not city:
        return []
    country = fields.get("country", "")
    lines = [street, f"{fields.get('postal_code', '')} {city}".strip()]
    return lines if country.strip().lower() in _HOME else [*lines, country.upper()]


def _is_suppressed(session: Session, address: str) -> bool:
    exact = exact_email(address)
    return exact is not None and bool(suppression.find_suppressed(session, {Channel.EMAIL: [exact]}))
