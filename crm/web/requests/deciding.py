"""Deciding a case."""

from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy.requests import decision
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.desk import time_zone
from crm.web.requests.acting import act, require_number
from crm.web.requests.blueprint import bp
from crm.web.requests.decision_form import DecisionForm
from crm.web.typed import typed_number


@bp.post("/requests/<pseudonym:case_id>/decide")
def decide(case_id: str) -> ResponseReturnValue:
    """Decide about each kind of data, confirmed by typing the number of the case."""
    now = current_runtime().clock.now()

    def do(db: Session) -> None:
        require_number(db, case_id)
        decision.decide(
            db,
            case_id=case_id,
            version=typed_number("version"),
            wishes=DecisionForm.typed().wishes(),
            zone=time_zone(),
            actor=current_actor(),
            now=now,
        )

    return act(case_id, do, done=_("Entschieden. Was als Nächstes geschieht, steht unten."))


@bp.post("/requests/<pseudonym:case_id>/nothing-held")
def decide_nothing_held(case_id: str) -> ResponseReturnValue:
    """Answer that nothing is left to erase: we hold no data about whoever asked, or they were erased meanwhile."""
    now = current_runtime().clock.now()
    return act(
        case_id,
        lambda db: decision.decide_nothing_held(db, case_id=case_id, version=typed_number("version"), actor=current_actor(), now=now),
        done=_("Entschieden. Was als Nächstes geschieht, steht unten."),
    )
