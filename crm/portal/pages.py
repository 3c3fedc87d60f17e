"""The portal's way in: the objection first, because whoever comes here is in a hurry, then everything else."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.portal.installation import current_portal
from crm.portal.objection import objection_field

blueprint = Blueprint("portal", __name__, template_folder="templates")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the one field that stops advertising, and the ways to everything else."""
    return render_template("portal/index.html", email=objection_field())


@blueprint.get("/contact")
def contact() -> ResponseReturnValue:
    """Say who is responsible here, how to reach them, and where to complain (Art. 13(1)(a), (2)(d) DSGVO)."""
    return render_template("portal/contact.html")


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Answer monitoring: the process runs and reaches its database; says nothing else, because anybody may ask."""
    with current_portal().database.reading() as session:
        session.connection()
    return {"status": "ok"}
