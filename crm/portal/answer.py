"""Where an answer is fetched: with the link of one mail and the code of another, once. Looking changes nothing.

Source: Art. 12(3), 15(3), 20(1), 32(1)(a), (b) DSGVO.
"""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import CrmError
from crm.models.intake import IntakeKind, LinkKind, PersonalLink
from crm.portal.installation import current_portal
from crm.portal.letterbox import taking_in
from crm.portal.typed import typed
from crm.privacy import links
from crm.privacy.intake import handing_out, letterbox
from crm.privacy.intake.handing_out import CodeMissingError, CodeWrongError
from crm.privacy.links import LinkUnknownError, LinkUsedError
from crm.site.errors import sentence_of
from crm.site.i18n import _, current_language
from crm.site.view_models import FieldInput

blueprint = Blueprint("answer", __name__, url_prefix=f"/{links.PATHS[LinkKind.ANSWER]}")

_LONGEST_CODE: Final = 20
_HARMLESS: Final = "sandbox; default-src 'none'"


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show how the answer is fetched."""
    portal = current_portal()
    try:
        with portal.database.reading() as session:
            links.get(session, token=token, kind=LinkKind.ANSWER, now=portal.clock.now())
    except LinkUsedError:
        return _say_fetched()
    except LinkUnknownError:
        return _say_gone()
    return _page(token)


@blueprint.post("/<token>/code")
def send_code(token: str) -> ResponseReturnValue:
    """Ask the worker to send a code to the address the answer went to."""
    now = current_portal().clock.now()
    try:
        with taking_in() as session:
            link = links.get(session, token=token, kind=LinkKind.ANSWER, now=now)
            _drop(session, IntakeKind.CODE, link, token)
    except LinkUsedError:
        return _say_fetched()
    except LinkUnknownError:
        return _say_gone()
    return _page(token, is_sent=True)


@blueprint.post("/<token>")
def fetch(token: str) -> ResponseReturnValue:
    """Hand the answer over to whoever has the code, and note that it was fetched, in one transaction."""
    wrong: CrmError | None = None
    try:
        with taking_in() as session:
            try:
                link, archive = handing_out.fetch(session, token=token, code=typed("code"), now=current_portal().clock.now())
                _drop(session, IntakeKind.FETCHED, link, token)
            except (CodeMissingError, CodeWrongError) as error:  # the try that it cost is kept
                wrong = error
    except LinkUsedError:
        return _say_fetched()
    except LinkUnknownError:
        return _say_gone()
    if wrong is not None:
        return _page(token, error=sentence_of(wrong)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _hand_over(archive)


def _drop(session: Session, kind: IntakeKind, link: PersonalLink, token: str) -> None:
    message, now = {letterbox.TOKEN: token}, current_portal().clock.now()
    letterbox.receive(session, kind=kind, message=message, link_hash=link.token_hash, language=current_language(), now=now)


def _hand_over(archive: bytes) -> Response:
    """Return the archive to be saved; it was opened in memory, and no browser or proxy keeps it besides."""
    answer = Response(archive, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="lethe-daten.zip"'
    answer.headers["Content-Security-Policy"] = _HARMLESS
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(token: str, *, is_sent: bool = False, error: str | None = None) -> str:
    code = FieldInput(
        name="code",
        title=_("Code aus der zweiten E-Mail"),
        value=typed("code") if error else "",
        required=True,
        short=True,
        error=error,
        focus=error is not None,
        hint=_("Acht Ziffern. Danach beginnt das Herunterladen, und der Link ist benutzt."),
        autocomplete="one-time-code",
        max_length=_LONGEST_CODE,
    )
    return render_template("portal/answer.html", token=token, code=code, is_sent=is_sent)


def _say_fetched() -> ResponseReturnValue:
    return render_template("portal/answer_gone.html"), HTTPStatus.GONE


def _say_gone() -> ResponseReturnValue:
    """Say the same of every link that cannot be used, so that nothing can be learned by trying."""
    return render_template("portal/link_gone.html"), HTTPStatus.NOT_FOUND
