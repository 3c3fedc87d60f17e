"""The data protection officer says what they think of a change, in a form of their own."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import InvalidInputError
from crm.privacy.errors import StaleVersionError
from crm.privacy.retention_rules import FRAME
from crm.services import retention_editing
from crm.services.retention_editing import Typed
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.visitor import current_actor
from crm.web.concept.blueprint import bp
from crm.web.concept.editing import find_history, show
from crm.web.concept.forms import OpinionForm, fresh
from crm.web.typed import typed_line, typed_number


@bp.post("/retention/rules/<code>/opinion")
def give_opinion(code: str) -> ResponseReturnValue:
    """Take the opinion on the newest change of a rule, or of the frame."""
    typed = Typed(opinion=typed_line("opinion"), opinion_text=typed_line("opinion_text"))
    history = find_history(code)
    try:
        with current_runtime().database.writing() as db:
            retention_editing.give_opinion(
                db, code=code, change=typed_number("change"), typed=typed, actor=current_actor(), now=current_runtime().clock.now()
            )
    except InvalidInputError as error:
        form = OpinionForm(typed, {error.field or "opinion": sentence_of(error)})
        return show(fresh(history), opinion=form), status_of(error)
    except StaleVersionError as error:
        said = _("Inzwischen wurde die Regel noch einmal geändert; unten steht wie. Ihre Stellungnahme steht noch da; Absenden gilt ihr.")
        return show(fresh(history), opinion=OpinionForm(typed), opinion_message=said), status_of(error)
    flash(_("Ihre Stellungnahme ist festgehalten und steht bei der Fassung."), "ok")
    return redirect(url_for(".frame") if code == FRAME else url_for(".rule", code=code), code=303)
