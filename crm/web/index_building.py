"""The page that stands in for a list while the index is built."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.search import IndexBuildingError
from crm.services.contacts.listing import count_known

_RETRY_SECONDS = 4


def show_progress(db: Session, error: IndexBuildingError, *, again_url: str) -> ResponseReturnValue:
    """Say how far the index has come."""
    total = count_known(db)
    page = render_template(
        "index_building.html", percent=error.percent, total=total, done=total * error.percent // 100, again_url=again_url
    )
    return page, 503, {"Retry-After": str(_RETRY_SECONDS)}


def polled_by_script() -> bool:
    """Say whether the page above asks again; it wants a part of itself, or to be led on."""
    return request.headers.get("HX-Request") == "true"
