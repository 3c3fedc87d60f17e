"""The page behind a link to somebody who is erased: since when, and that nothing is left to show."""

from http import HTTPStatus

from flask import Flask, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.services.erasures import Erased, find_erased, find_trader, is_explained
from crm.site.access import may
from crm.site.htmx import is_fragment_request
from crm.site.installation import current_runtime
from crm.vault import ErasedError


def install(app: Flask) -> None:
    """Answer every use of an erased person's data with that page."""
    app.register_error_handler(ErasedError, _explain)


def _explain(_error: ErasedError) -> ResponseReturnValue:
    erased, explained = _find(request.view_args or {})
    page = render_template(
        "errors/_erased.html" if is_fragment_request() else "errors/erased.html",
        since=erased.destroyed_at if erased else None,
        under_way=erased is not None and erased.destroyed_at is None,
        unexplained=not explained,
        lost=request.method == "POST",
        history_url=url_for("ledger.subject", subject_id=erased.subject_id) if erased and may("ledger.subject") else None,
    )
    return make_response(page, HTTPStatus.GONE if explained else HTTPStatus.CONFLICT)


def _find(address: dict[str, object]) -> tuple[Erased | None, bool]:
    """Return the erasure that the address of this request is about, and whether one explains what the database says."""
    subject_id, company_id = address.get("subject_id"), address.get("company_id")
    with current_runtime().database.reading() as db:
        whose = str(subject_id) if subject_id else find_trader(db, company_id=str(company_id)) if company_id else None
        return (find_erased(db, subject_id=whose), is_explained(db, subject_id=whose)) if whose else (None, True)
