"""Recipients of data at the desk: each is told, with a proof, and ticked off."""

from typing import Any

from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy.requests import recipients
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.requests.acting import act
from crm.web.requests.blueprint import bp
from crm.web.typed import typed_day, typed_line, typed_number, typed_text


@bp.post("/requests/<pseudonym:case_id>/recipients")
def tell_recipient(case_id: str) -> ResponseReturnValue:
    """Enter that a recipient was told, or add one whom only staff know."""
    now, key = current_runtime().clock.now(), typed_line("recipient")
    acting: dict[str, Any] = {"case_id": case_id, "version": typed_number("version"), "actor": current_actor(), "now": now}

    def do(db: Session) -> None:
        if key:
            told_on, proof = typed_day(f"recipient-day-{key}"), typed_text(f"recipient-proof-{key}")
            recipients.tell(db, key=key, told_on=told_on, proof=proof, **acting)
        else:
            recipients.add(db, name=typed_line("recipient-name"), **acting)

    return act(case_id, do, done=_("Vermerkt."))
