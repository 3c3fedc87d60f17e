"""The portal's pages: for now one that says what will be here and how to be heard until then."""

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from crm.site.i18n import _l
from crm.site.installation import current_runtime

blueprint = Blueprint("portal", __name__, template_folder="templates")

# What people will be able to do here: name, explanation, icon.
RIGHTS: Final = (
    (_l("Keine Werbung mehr"), _l("ein Feld, ein Knopf, ohne Anmeldung und ohne Begründung"), "objected"),
    (_l("Einwilligung widerrufen"), _l("einzeln, zum Beispiel nur den Newsletter"), "pen"),
    (_l("Auskunft und Kopie"), _l("welche Daten wir über Sie haben"), "doc"),
    (_l("Berichtigen"), _l("wenn etwas nicht stimmt"), "allowed"),
    (_l("Einschränken"), _l("behalten, aber nicht benutzen"), "restricted"),
    (_l("Löschen"), _l("alles, was wir nicht aufheben müssen"), "forget"),
)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Say what will be here."""
    return render_template("portal/index.html", rights=RIGHTS)


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Answer monitoring: the process runs and reaches its database; says nothing else, because anybody may ask."""
    with current_runtime().database.reading() as session:
        session.connection()
    return {"status": "ok"}
