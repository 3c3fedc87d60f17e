"""The one table from errors to HTTP statuses, and the pages that explain them."""

from http import HTTPStatus
from typing import Final

from flask import Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from crm.errors import CrmError, InvalidInputError, NotAllowedError, NotFoundError, UnavailableError
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.site.htmx import is_fragment_request
from crm.site.i18n import _l, translate_message
from crm.site.incidents import current_incident, report
from crm.site.resending import find_typed
from crm.site.same_site import ForeignOriginError
from crm.site.words import STATUS_TITLES
from crm.vault import ErasedError, KeysOlderThanDataError, KeyUnavailableError, TamperedError

# The first of an error's own classes that is listed decides; a test demands that every CrmError has one.
STATUS_OF: Final[dict[type[CrmError], int]] = {
    ErasedError: 410,
    TamperedError: 500,
    KeysOlderThanDataError: 503,
    KeyUnavailableError: 503,
    UnavailableError: 503,
    NotAllowedError: 403,
    NotFoundError: 404,
    InvalidInputError: 422,
    PrivacyError: 409,
    StaleVersionError: 409,
    CrmError: 400,
}

# What an error is called where the title of its status would give a wrong reason.
_TITLE_OF: Final[dict[type[CrmError], LazyString]] = {ForeignOriginError: _l("Das kam nicht von einer Seite von Lethe")}

_EXPLAINED: Final = frozenset({400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503})


def status_of(error: CrmError) -> int:
    """Return the HTTP status for `error`."""
    return next(STATUS_OF[cls] for cls in type(error).__mro__ if cls in STATUS_OF)


def sentence_of(error: CrmError) -> str:
    """Return what `error` says, in the reader's language; for forms that show it at the field.

    Why keys are out of reach is for whoever looks after the machine: commands say it, pages name no file.
    """
    if isinstance(error, KeyUnavailableError):
        return translate_message(KeyUnavailableError.message, {})
    return translate_message(error.message, error.facts)


def install(app: Flask) -> None:
    """Answer every error of `app` with a page, or with a fragment where htmx asked."""
    app.register_error_handler(CrmError, explain_refusal)
    app.register_error_handler(CSRFError, _explain_stale_form)
    app.register_error_handler(HTTPException, _explain_status)
    app.register_error_handler(500, _explain_failure)


def _answer(
    status: int, *, title: LazyString | None = None, message: str | None = None, template: str = "errors/page.html", **more: object
) -> ResponseReturnValue:
    name = "errors/_fragment.html" if is_fragment_request() else template
    incident = current_incident() if status == HTTPStatus.INTERNAL_SERVER_ERROR else None
    named = title or STATUS_TITLES.get(status, STATUS_TITLES[400])
    response = make_response(render_template(name, status=status, title=named, message=message, incident=incident, **more), status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "30"
    return response


def explain_refusal(error: CrmError) -> ResponseReturnValue:
    """Answer with the page that says what `error` says."""
    if status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR:
        report(error)
    return _answer(status_of(error), title=_TITLE_OF.get(type(error)), message=sentence_of(error))


def _explain_stale_form(_error: CSRFError) -> ResponseReturnValue:
    return _answer(400, template="errors/stale_form.html", typed=find_typed())


def _explain_status(error: HTTPException) -> ResponseReturnValue:
    """Explain what the framework refused; redirects pass, and its English sentences are not shown."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    answer = make_response(_answer(error.code if error.code in _EXPLAINED else 400))
    answer.status_code = error.code
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _explain_failure(_error: Exception) -> ResponseReturnValue:
    """Say that something broke, and nothing of what it was: the log has it, under the number that the page shows."""
    return _answer(500)
