"""Claims at the desk: restrict, take over field by field, weigh an objection, or refuse with a reason."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.models.field_groups import GROUP_OF
from crm.models.request_case import CaseKind
from crm.privacy.requests import settling
from crm.privacy.requests.claims import GROUNDS, RIGHT, ClaimRefusal
from crm.privacy.requests.errors import NotOfferedError
from crm.privacy.requests.reading import get_case
from crm.privacy.restriction import RestrictionReason
from crm.services.requests import claims
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.requests.acting import act
from crm.web.requests.blueprint import bp
from crm.web.requests.claim_view import LEAVE, PURPOSE, REFUSE, REMOVE, TAKE
from crm.web.typed import typed_line, typed_number, typed_text


@bp.post("/requests/<pseudonym:case_id>/settle")
def settle(case_id: str) -> ResponseReturnValue:
    """Follow a claim, wholly or in part, or refuse it."""
    now = current_runtime().clock.now()
    acting: dict[str, Any] = {"case_id": case_id, "version": typed_number("version"), "actor": current_actor(), "now": now}

    def do(db: Session) -> None:
        kind = CaseKind(get_case(db, case_id=case_id).kind)
        if typed_line("verdict") == REFUSE:
            _refuse(db, acting)
        elif kind is CaseKind.RECTIFICATION:
            _rectify(db, acting)
        elif kind is CaseKind.USE_OBJECTION:
            _uphold(db, acting)
        else:
            _restrict(db, acting)

    return act(case_id, do, done=_("Entschieden. Die Person erfährt es mit der Antwort."))


def _refuse(db: Session, acting: dict[str, Any]) -> None:
    chosen = typed_line("claim-refused-on")
    if chosen not in set(ClaimRefusal):
        raise NotOfferedError(field="claim-refused-on")
    weighing, reason = typed_text("claim-weighing"), typed_text(settling.REFUSAL)
    settling.refuse(db, ground=ClaimRefusal(chosen), weighing=weighing, reason=reason, **acting)


def _restrict(db: Session, acting: dict[str, Any]) -> None:
    chosen = typed_line("claim-ground")
    if chosen not in set(GROUNDS):
        raise NotOfferedError(field="claim-ground")
    settling.restrict(db, ground=RestrictionReason(chosen), **acting)


def _uphold(db: Session, acting: dict[str, Any]) -> None:
    codes = [name.removeprefix(PURPOSE) for name in request.form if name.startswith(PURPOSE)]
    settling.uphold(db, codes=codes, weighing=typed_text("claim-weighing"), reason=typed_text(settling.REFUSAL), **acting)


def _rectify(db: Session, acting: dict[str, Any]) -> None:
    """Read each field: a new value is taken over or left with a reason, or the old one is removed; an empty one is not asked about."""
    right: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name in GROUP_OF:
        value, choice = typed_line(f"claim-{RIGHT}{name}"), typed_line(f"claim-choice-{name}") or TAKE
        if choice not in {TAKE, LEAVE, REMOVE}:
            raise NotOfferedError(field=f"claim-choice-{name}")
        if choice == REMOVE:
            right[name] = ""
        elif value.strip():
            right[name] = value
        if choice == LEAVE and name in right:
            reasons[name] = typed_text(f"claim-reason-{name}")
    seen = [int(each) for each in typed_line("seen").split(",") if each.isdecimal()]
    claims.rectify(db, seen=seen, right=right, reasons=reasons, **acting)
