"""What may be carried out: whom a decision is about, who agreed and from when on, so that nobody else decides it with SQL.

Two questions, asked right before anything is destroyed. Is this what was decided? People, persons and moments lie
sealed in the decision, and without the key store nobody writes them. Is it still so? The newest entry about the case
names its row, so that a decision that was taken back does not return from a copy.

Source: Art. 5(1)(f), 5(2), 32(1)(b), 32(4) DSGVO.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from crm import ledger
from crm.actor import Actor
from crm.clock import micros
from crm.models.request_case import CaseState, RequestCase
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.privacy.requests import people, sealed
from crm.privacy.requests.choices import Choice, Verdict, stored_choices
from crm.privacy.requests.errors import CaseTamperedError
from crm.privacy.requests.facts import DataKind
from crm.privacy.requests.policy import request_policy

_log = structlog.get_logger()
_PERSONS: Final = ("decided_by", "approved_by")
_MOMENTS: Final = ("decided_at", "approved_at", "execute_at")
_ORDER: Final = "order"
_DECIDED: Final = frozenset({CaseState.SECOND, CaseState.COOLING})


def place(session: Session, case: RequestCase, choices: Sequence[Choice]) -> None:
    """Seal a decision with the people it is about, who made it and when it may be carried out, as the case says them now."""
    decided = {"choices": [each.as_stored() for each in choices], _ORDER: _said(session, case)}
    sealed.add(session, case, "sealed_decision", decided)


def agree(session: Session, case: RequestCase) -> None:
    """Seal who agreed and from when on; the choices stay."""
    sealed.add(session, case, "sealed_decision", {_ORDER: _said(session, case)})


def take_back(session: Session, case: RequestCase, **said: str) -> None:
    """Seal that nothing is to be carried out; what was said before and cannot be read any more is left behind."""
    for column in sealed.find_unreadable(session, case):
        if column != "sealed_request":  # what was asked is nobody's to replace
            setattr(case, column, None)
    sealed.add(session, case, "sealed_decision", {"choices": [], _ORDER: None, "granted": None, "refused": None, "settled": None, **said})


def require_unchanged(session: Session, case: RequestCase) -> None:
    """Refuse to agree to a decision that is not the one that was made, or not about the same people.

    Raises:
        CaseTamperedError: it was changed past the program.
    """
    if not is_sound(session, case):
        raise CaseTamperedError


def is_sound(session: Session, case: RequestCase) -> bool:
    """Say whether a case is what acts made of it, and whether what is decided may be carried out when its time comes."""
    if not _is_as_entered(session, case) or sealed.find_unreadable(session, case):
        return False
    if case.state not in _DECIDED:
        return True
    decided = sealed.open_part(session, case, "sealed_decision")
    choices = stored_choices(decided)
    return decided.get(_ORDER) == _said(session, case) and (case.state == CaseState.SECOND or _is_carriable(session, case, choices))


def _is_carriable(session: Session, case: RequestCase, choices: Sequence[Choice]) -> bool:
    """Say whether nobody decided alone what needs two, and whether the cooling time is kept; the rules are those of today."""
    since = case.approved_at or case.decided_at
    if since is None or case.execute_at is None or case.execute_at < since + request_policy().cooling_for:
        return False
    living = people.find_living_of(session, case)
    return not needs_second_person(choices, len(living)) or case.approved_by not in (None, case.decided_by)


def needs_second_person(choices: Sequence[Choice], people_count: int) -> bool:
    """Say whether one person does not decide it alone: so many are forgotten, or what a statute still demands to keep is erased.

    Source: Art. 17(3)(b), 32(4) DSGVO.
    """
    if any(each.breaks_duty for each in choices):
        return True
    forgets = any(each.kind is DataKind.PROFILE and each.verdict is Verdict.ERASE for each in choices)
    return forgets and people_count > request_policy().one_decides_up_to


def is_held_back(session: Session, case: RequestCase) -> bool:
    """Say whether the last entry about a case is that it was held back."""
    which, _ = bound_rows.digests_of_case(session, case)
    entries = _find_entries(session, case, which)
    return bool(entries) and entries[-1].action == Action.REQUEST_HELD_BACK


def may_be_put_back(session: Session, case: RequestCase) -> bool:
    """Say whether a case is stuck: changed past the program, not open, and nobody has been answered.

    Source: Art. 12(3) DSGVO.
    """
    if case.state == CaseState.OPEN or is_sound(session, case):
        return False
    which, _ = bound_rows.digests_of_case(session, case)
    return all(each.action != Action.REQUEST_CLOSED for each in _find_entries(session, case, which))


def may_go_on(session: Session, case: RequestCase, *, actor: Actor, now: datetime) -> bool:
    """Say whether a case may be carried on by itself; where it was changed past the program, enter once that it is held back."""
    if is_sound(session, case):
        return True
    _log.error("request.held_back", case=case.id)
    if not is_held_back(session, case):
        which, _ = bound_rows.digests_of_case(session, case)
        audit.record(session, Action.REQUEST_HELD_BACK, actor=actor, now=now, subject_id=case.subject_id, kind=case.kind, rows=[which])
    return False


def _find_entries(session: Session, case: RequestCase, which: str) -> list[ledger.Written]:
    entries = ledger.find_written(session, [case.subject_id], except_actions=audit.reading_actions())
    return [each for each in entries if which in each.hashes]


def _is_as_entered(session: Session, case: RequestCase) -> bool:
    """Say whether the newest entry about a case names its row and its people as they are."""
    which, row = bound_rows.digests_of_case(session, case)
    named = [each.hashes[-1] for each in _find_entries(session, case, which) if each.action != Action.REQUEST_HELD_BACK]
    return bool(named) and named[-1] == row


def _said(session: Session, case: RequestCase) -> dict[str, Any]:
    moments = {name: micros(moment) if (moment := getattr(case, name)) else None for name in _MOMENTS}
    return {"people": people.find_people(session, case.id), **{name: getattr(case, name) for name in _PERSONS}, **moments}
