"""People for the form of a ticket, while somebody types."""

from flask import render_template
from flask.typing import ResponseReturnValue

from crm.site.installation import current_runtime
from crm.web.desk import open_desk
from crm.web.picking import make_picker
from crm.web.tickets.blueprint import bp
from crm.web.typed import chosen_id, typed_line


@bp.post("/tickets/people")
def people() -> ResponseReturnValue:
    """Offer whom the words find, as options of the field."""
    with current_runtime().database.reading() as db:
        picker = make_picker(db, open_desk(db), value=chosen_id("person") or "", query=typed_line("person_q"))
    return render_template("deals/_people.html", picker=picker)
