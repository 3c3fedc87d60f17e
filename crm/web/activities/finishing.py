"""An activity is done: what came of it, as a note about the person."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import CrmError, InvalidInputError
from crm.privacy import special_categories
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.privacy.notes import LONGEST, SpecialCategoryError
from crm.services.activities import entry as activities
from crm.services.activities.entry import AlreadyDoneError, Outcome
from crm.services.activities.listing import open_one
from crm.services.staff_names import find_staff_names
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput
from crm.web.activities.blueprint import bp
from crm.web.activities.rows import make_rows
from crm.web.desk import open_desk, strip_of
from crm.web.names import name_fields
from crm.web.typed import typed_number, typed_text

_BETWEEN = "\n"  # words that were shown, in one hidden field


@bp.get("/activities/<pseudonym:activity_id>/done")
def done(activity_id: str) -> ResponseReturnValue:
    """Ask what came of it."""
    return _page(activity_id)


@bp.post("/activities/<pseudonym:activity_id>/done")
def finish(activity_id: str) -> ResponseReturnValue:
    """Note that it is done, with what came of it."""
    seen = frozenset(word for word in typed_text("seen").split(_BETWEEN) if word)
    outcome = Outcome(text="" if "nothing" in request.form else typed_text("text"), seen_hints=seen)
    try:
        with current_runtime().database.writing() as db:
            desk = open_desk(db)
            activities.finish(
                db,
                activity_id=activity_id,
                outcome=outcome,
                purpose=desk.purpose,
                expected_version=typed_number("version"),
                actor=desk.actor,
                now=desk.now,
            )
    except AlreadyDoneError as error:
        flash(sentence_of(error), "watch")
        return redirect(url_for(".listing"), code=303)
    except (InvalidInputError, PrivacyError, StaleVersionError) as error:
        return _page(activity_id, text=typed_text("text"), error=error), status_of(error)
    flash(_("Erledigt."), "ok")
    return redirect(url_for(".listing"), code=303)


def _page(activity_id: str, *, text: str = "", error: CrmError | None = None) -> str:
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        shown = open_one(db, activity_id=activity_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        staff = find_staff_names(db).by_account
    row = make_rows(desk, [shown], staff)[0]
    found = tuple(special_categories.find_words(text)) if isinstance(error, SpecialCategoryError) else ()
    wrong = sentence_of(error) if error else None
    if wrong and found:
        wrong += " " + _("Gefunden: %(words)s.", words=", ".join(found))
    hint = _("Wird als Notiz zur Person gespeichert. Was Sie schreiben, kann die Person lesen.")
    field = FieldInput(
        name="text", title=_("Was kam dabei heraus?"), value=text, kind="textarea", hint=hint, error=wrong, max_length=LONGEST, focus=True
    )
    return render_template(
        "activities/done.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) if row.person else 0),
        name_fields=" ".join(name_fields(desk)),
        activity=row,
        concerns_somebody=shown.activity.subject_id is not None,
        field=field,
        wrong=wrong,
        seen=_BETWEEN.join(found),
        version=shown.activity.version,
        action_url=url_for(".finish", activity_id=activity_id),
        cancel_url=url_for(".listing"),
    )
