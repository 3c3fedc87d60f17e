"""What is done in a call: say how somebody was recognised, keep a note, end the call."""

from dataclasses import replace
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import CrmError, InvalidInputError, NotFoundError
from crm.privacy import special_categories
from crm.privacy.errors import FieldWithoutPurposeError, PrivacyError, StaleVersionError
from crm.privacy.notes import SpecialCategoryError
from crm.services.calls import noting, opening, verifying
from crm.services.calls.noting import CallNote
from crm.services.forms import FormAlreadySavedError, SentForm
from crm.services.work_customers import Chosen
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.calls.blueprint import bp
from crm.web.calls.page import TypedCall, chosen_caller, render_call
from crm.web.calls.recognised import forget, remember
from crm.web.desk import open_posted_desk
from crm.web.typed import filled, typed_line, typed_text

_BETWEEN = "\n"  # words that were shown, in one hidden field
_FIELDS = frozenset({"text", "ticket", "subject", "topic"})


@bp.post("/call/recognised")
def recognise() -> ResponseReturnValue:
    """Enter by what the caller was recognised, or that it was not possible."""
    caller = _caller()
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        by = verifying.note(db, caller=caller, by=typed_line("by"), purpose=desk.purpose, actor=desk.actor, now=desk.now)
    remember(caller, by)
    return redirect(_screen_of(caller), code=303)


@bp.post("/call/note")
def note() -> ResponseReturnValue:
    """Keep what was said, at its ticket or as a note."""
    caller, typed = _caller(), _typed()
    try:
        _keep(caller, typed)
    except FormAlreadySavedError:
        return redirect(_screen_of(caller), code=303)
    except (InvalidInputError, FieldWithoutPurposeError, PrivacyError, StaleVersionError) as error:
        return _again(typed, error)
    flash(_("Das Gespräch ist festgehalten."), "ok")
    return redirect(_screen_of(caller), code=303)


@bp.post("/call/end")
def end() -> ResponseReturnValue:
    """End the call: the next caller has to be recognised anew."""
    forget()
    return redirect(url_for(".index"), code=303)


def _caller() -> Chosen:
    caller = chosen_caller()
    if caller is None:
        raise NotFoundError
    return caller


def _typed() -> TypedCall:
    return TypedCall(
        text=typed_text("text"),
        ticket=typed_line("ticket"),
        subject=typed_line("subject"),
        topic=typed_line("topic"),
        token=typed_line("token"),
        seen=tuple(word for word in typed_text("seen").split(_BETWEEN) if word),
    )


def _keep(caller: Chosen, typed: TypedCall) -> None:
    call = CallNote(
        text=typed.text, ticket=typed.ticket or "", subject=typed.subject, topic=typed.topic or None, seen_hints=frozenset(typed.seen)
    )
    whom = caller.subject_id or caller.company_id or ""
    content = {"text": typed.text, "ticket": call.ticket, "subject": typed.subject, "topic": typed.topic, "caller": whom}
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        resolved = opening.resolve(db, caller)
        form = SentForm(typed.token, content)
        noting.keep(db, caller=resolved, call=call, form=form, purpose=desk.purpose, actor=desk.actor, now=desk.now)


def _again(typed: TypedCall, error: CrmError) -> ResponseReturnValue:
    """Show the screen again with what stands against it; nothing typed is lost."""
    sentence, seen = sentence_of(error), typed.seen
    if isinstance(error, SpecialCategoryError):
        seen = tuple(special_categories.find_words(typed.text))
        sentence += " " + _("Gefunden: %(words)s.", words=", ".join(seen))
    field = error.field if isinstance(error, InvalidInputError) and error.field in _FIELDS else "text"
    page, status = render_call(replace(typed, seen=seen, wrong=sentence, wrong_field=field or "text"))
    return page, status if status != HTTPStatus.OK else status_of(error)  # a refusal of the page itself comes first


def _screen_of(caller: Chosen) -> str:
    return url_for(".index", **filled({"person": caller.subject_id, "company": caller.company_id}))
