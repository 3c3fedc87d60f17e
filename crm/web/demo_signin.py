"""The demonstration's way in: one click per role. Registered only where the installation is a demonstration."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from crm.actor import Role
from crm.services.accounts import demo
from crm.services.accounts.signins import Lifetimes
from crm.site.installation import current_runtime
from crm.web.onward import go_on

bp = Blueprint("demo", __name__)


@bp.post("/demo/<role>")
def enter(role: str) -> ResponseReturnValue:
    """Enter the demonstration in one role."""
    if role not in set(Role):
        abort(404)
    runtime = current_runtime()
    with runtime.database.writing() as db:
        token = demo.enter(db, role=Role(role), lifetimes=Lifetimes.of(runtime.settings), now=runtime.clock.now())
    return go_on(token, "/")
