"""Requests for a copy at the desk: compose it, look at it, let exactly it go, or refuse with a reason."""

from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.privacy.errors import PrivacyError
from crm.privacy.requests import granting, packages
from crm.privacy.requests.errors import CaseUnreadableError, NotOfferedError
from crm.privacy.requests.facts import Refusal
from crm.privacy.requests.reading import get_case
from crm.privacy.requests.texts import require_fitting
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.vault import TamperedError
from crm.web.handing_over import hand_over
from crm.web.requests.acting import act, refuse_act
from crm.web.requests.blueprint import bp
from crm.web.typed import typed_line, typed_number, typed_text

_PDF: Final = "application/pdf"
_ZIP: Final = "application/zip"


@bp.post("/requests/<pseudonym:case_id>/compose")
def compose(case_id: str) -> ResponseReturnValue:
    """Compose what would go out; nothing leaves with it."""
    runtime, text = current_runtime(), typed_text("words")
    try:
        require_fitting(text, field="words")
        granting.compose(
            runtime.database,
            case_id=case_id,
            version=typed_number("version"),
            words=[line.strip() for line in text.splitlines() if line.strip()],
            settings=runtime.settings,
            actor=current_actor(),
            now=runtime.clock.now(),
        )
    except (InvalidInputError, PrivacyError) as error:
        return refuse_act(case_id, error)
    flash(_("Zusammengestellt. Sehen Sie die Kopie an, bevor Sie sie herausgeben."), "ok")
    return redirect(url_for("requests.show", case_id=case_id), code=HTTPStatus.SEE_OTHER)


@bp.get("/requests/<pseudonym:case_id>/copy")
def copy(case_id: str) -> ResponseReturnValue:
    """Give out the sheets of the composed copy, to be looked at, or to be posted."""
    archive, number = _read(case_id)
    return hand_over(packages.paper_of(archive), name=f"{number}-kopie.pdf", media_type=_PDF)


@bp.get("/requests/<pseudonym:case_id>/archive")
def archive(case_id: str) -> ResponseReturnValue:
    """Give out the composed copy in all its forms."""
    content, number = _read(case_id)
    return hand_over(content, name=f"{number}.zip", media_type=_ZIP)


def _read(case_id: str) -> tuple[bytes, str]:
    runtime = current_runtime()
    with runtime.database.reading() as db:
        content = granting.read_archive(db, case_id=case_id, actor=current_actor(), now=runtime.clock.now())
        return content, get_case(db, case_id=case_id).number


@bp.post("/requests/<pseudonym:case_id>/grant")
def grant(case_id: str) -> ResponseReturnValue:
    """Let exactly what was composed go out."""
    now = current_runtime().clock.now()

    def do(db: Session) -> None:
        try:
            granting.grant(db, case_id=case_id, version=typed_number("version"), actor=current_actor(), now=now)
        except TamperedError as error:
            raise CaseUnreadableError from error

    return act(case_id, do, done=_("Entschieden. Die Antwort geht jetzt hinaus."))


@bp.post("/requests/<pseudonym:case_id>/refuse")
def refuse(case_id: str) -> ResponseReturnValue:
    """Refuse with a ground and a reason."""
    chosen, now = typed_line("ground"), current_runtime().clock.now()

    def do(db: Session) -> None:
        if chosen not in granting.REFUSALS:
            raise NotOfferedError(field="ground")
        facts: dict[str, Any] = {"version": typed_number("version"), "ground": Refusal(chosen), "reason": typed_text("refusal")}
        granting.refuse(db, case_id=case_id, actor=current_actor(), now=now, **facts)

    return act(case_id, do, done=_("Abgelehnt. Die Person erfährt den Grund mit der Antwort."))
