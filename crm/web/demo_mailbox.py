"""The demonstration's mailbox: every mail that Lethe has sent, so that nobody has to believe that it was."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.mail.mailbox import list_received
from crm.site.installation import current_runtime

bp = Blueprint("demo_mailbox", __name__)


@bp.get("/demo/mailbox")
def show() -> ResponseReturnValue:
    """Show what arrived, the newest first."""
    return render_template("demo/mailbox.html", received=list_received(current_runtime().mailbox))
