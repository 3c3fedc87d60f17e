"""Whom the reader recognised in this call: kept with their sign-in, for one caller and no longer than a call."""

from datetime import timedelta
from typing import Final

from flask import session

from crm.services.calls.verifying import Recognised
from crm.services.work_customers import Chosen
from crm.site.installation import current_runtime

_KEY: Final = "recognised"
_LONGEST_CALL: Final = timedelta(hours=1)


def remember(caller: Chosen, by: Recognised) -> None:
    """Keep by what a caller was recognised; the caller before is forgotten."""
    session[_KEY] = [_whom(caller), by.value, current_runtime().clock.now().timestamp()]


def find_recognised(caller: Chosen) -> Recognised | None:
    """Return by what this caller was recognised in this call, or None."""
    whom, by, at = session.get(_KEY) or ("", Recognised.NOT.value, 0.0)
    is_over = current_runtime().clock.now().timestamp() - at > _LONGEST_CALL.total_seconds()
    return None if whom != _whom(caller) or is_over else Recognised(by)


def forget() -> None:
    """End the call."""
    session.pop(_KEY, None)


def _whom(caller: Chosen) -> str:
    return caller.subject_id or caller.company_id or ""
