"""Opens cases: what people ask for, with one deadline and one way through (Betroffenenanfragen).

Source: Art. 12(2)-(4), 17(1), 18 DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import Compartment, new_id
from crm.models.intake import LinkKind
from crm.models.request_case import CaseKind, CaseState, CaseWay, Identity, RequestCase
from crm.privacy import links, mails
from crm.privacy.actions import Action
from crm.privacy.requests import advertising, people, sealed
from crm.privacy.requests.deadline import due_day
from crm.privacy.requests.errors import ReceiptDayError
from crm.privacy.requests.numbers import next_number
from crm.privacy.requests.telling import Told, tell
from crm.settings import Settings
from crm.vault import Vault

STATUS_FOR: Final = timedelta(days=365)  # how long the link to the status works
_OLDEST: Final = timedelta(days=366)


def open_case(
    session: Session,
    *,
    subject_id: str | None,
    kind: CaseKind,
    way: CaseWay,
    language: str,
    received_on: date,
    identity: Identity,
    request: Mapping[str, str],
    objects_too: bool,
    found: Sequence[tuple[str, str]],
    settings: Settings,
    actor: Actor,
    now: datetime,
    case_id: str | None = None,
) -> RequestCase:
    """Open a case: from this moment the people found are restricted, and the period runs.

    Args:
        subject_id: whose request it is; None for somebody we do not know, who gets a pseudonym for this case alone.
        request: what was asked, and where the answer goes: `name`, `email`, `street`, `postal_code`, `city`, `message`.
        found: (person, how they were found) of those whose data the case is about.
        case_id: given by a form; sent twice, it opens one case.

    Raises:
        ReceiptDayError: `received_on`, a day of the controller's time zone, is to come or more than a year ago.
    """
    if case_id is not None and (known := session.get(RequestCase, case_id)) is not None:
        return known
    case = RequestCase(kind=kind, way=way, language=language, received_on=received_on, identity=identity, objects_too=objects_too)
    case.id, case.opened_at, case.opened_by = case_id or new_id(), now, actor.pseudonym
    living = people.find_living(session, [*([subject_id] if subject_id else []), *(each for each, _ in found)])
    _register(session, case, subject_id if subject_id in living else None, request, settings=settings, actor=actor, now=now)
    people.attach(session, case, [(each, found_by) for each, found_by in found if each in living], actor=actor, now=now)
    if objects_too:
        advertising.object_too(session, case, request, actor=actor, now=now)
    _confirm_receipt(session, case, settings=settings, actor=actor, now=now)
    return case


def _register(
    session: Session,
    case: RequestCase,
    subject_id: str | None,
    request: Mapping[str, str],
    *,
    settings: Settings,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the case its number, its period and its key, and write down what was asked."""
    today = mails.day_of(now, settings)
    _require_receipt(case.received_on, today)
    case.number, case.due_on = next_number(session, year=today.year), due_day(case.received_on, state=settings.federal_state)
    case.state, case.version = CaseState.OPEN, 1
    case.subject_id = _give_key(session, subject_id, now)
    asked = {name: value for name, value in request.items() if value}
    case.sealed_request = sealed.seal(session, case_id=case.id, subject_id=case.subject_id, column="sealed_request", content=asked)
    session.add(case)
    session.flush()
    people.enter(session, case, Action.REQUEST_OPENED, actor=actor, now=now, result=case.way)


def _require_receipt(received_on: date, today: date) -> None:
    if not today - _OLDEST <= received_on <= today:
        raise ReceiptDayError(field="received_on")


def _give_key(session: Session, subject_id: str | None, now: datetime) -> str:
    """Return the pseudonym the case lies under, with a `case` key."""
    vault = Vault.of(session)
    if subject_id is not None:
        vault.add_keys(session, [subject_id], compartments=[Compartment.CASE], now=now)
        return subject_id
    nobody = new_id()
    vault.create(session, [nobody], compartments=[Compartment.CASE], now=now)
    return nobody


def _confirm_receipt(session: Session, case: RequestCase, *, settings: Settings, actor: Actor, now: datetime) -> None:
    """Write to the person that the request is here, how it stands, and how to stop it.

    Who asked an earlier system gets no mail out of the blue.
    """
    if case.way == CaseWay.IMPORT:
        return

    def link_to_status() -> dict[str, str]:
        kind, expires_at = LinkKind.STATUS, now + STATUS_FOR
        token = links.issue(session, kind=kind, subject_id=case.subject_id, request_id=case.id, expires_at=expires_at, now=now)
        return {"link": links.address(kind, token, language=case.language, settings=settings)}

    tell(session, case, kind=Told.OPENED, more=link_to_status, settings=settings, actor=actor, now=now)
