"""Saying something about a ticket; what cannot be sent stays in the form."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.errors import CrmError, InvalidInputError
from crm.models.ticket import TicketEntryKind, TicketState, TicketWay
from crm.privacy import special_categories
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.privacy.notes import SpecialCategoryError
from crm.services.forms import FormAlreadySavedError, SentForm
from crm.services.tickets import saying
from crm.services.tickets.saying import Said
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.desk import open_posted_desk
from crm.web.tickets.blueprint import bp
from crm.web.tickets.page import Composed, render_ticket
from crm.web.typed import typed_line, typed_number, typed_text

_BETWEEN = "\n"  # words that were shown, in one hidden field


@bp.post("/tickets/<pseudonym:ticket_id>/say")
def say(ticket_id: str) -> ResponseReturnValue:
    """Keep what was said, or send it; the button beside the templates only fills the form."""
    composed = _typed()
    if "insert" in request.form:
        return render_ticket(ticket_id, composed)
    try:
        _say(ticket_id, composed)
    except FormAlreadySavedError:
        return redirect(url_for(".show", ticket_id=ticket_id), code=303)
    except (InvalidInputError, PrivacyError, StaleVersionError) as error:
        return render_ticket(ticket_id, _with_fault(composed, error)), status_of(error)
    is_sent = composed.kind == TicketEntryKind.REPLY and composed.way == TicketWay.EMAIL
    flash(_("Die E-Mail ist auf dem Weg.") if is_sent else _("Der Eintrag ist gespeichert."), "ok")
    return redirect(url_for(".show", ticket_id=ticket_id), code=303)


def _typed() -> Composed:
    return Composed(
        text=typed_text("text"),
        kind=typed_line("kind"),
        way=typed_line("way"),
        state=typed_line("state"),
        token=typed_line("token"),
        seen=tuple(word for word in typed_text("seen").split(_BETWEEN) if word),
    )


def _say(ticket_id: str, composed: Composed) -> None:
    said = Said(
        kind=TicketEntryKind(composed.kind) if composed.kind in set(TicketEntryKind) else TicketEntryKind.INTERNAL,
        text=composed.text,
        way=TicketWay(composed.way) if composed.way in set(TicketWay) else None,
        state=TicketState(composed.state) if composed.state in set(TicketState) else None,
        seen_hints=frozenset(composed.seen),
    )
    form = SentForm(composed.token, {"text": composed.text, "kind": composed.kind, "way": composed.way, "ticket": ticket_id})
    with current_runtime().database.writing() as db:
        desk = open_posted_desk(db)
        saying.say(
            db,
            ticket_id=ticket_id,
            said=said,
            form=form,
            purpose=desk.purpose,
            expected_version=typed_number("version"),
            actor=desk.actor,
            now=desk.now,
        )


def _with_fault(composed: Composed, error: CrmError) -> Composed:
    """Return the form with what stands against it; words of special categories are named once and kept by a second press."""
    sentence, seen = sentence_of(error), composed.seen
    if isinstance(error, SpecialCategoryError):
        seen = tuple(special_categories.find_words(composed.text))
        sentence += " " + _("Gefunden: %(words)s.", words=", ".join(seen))
    if isinstance(error, StaleVersionError):
        sentence = _(
            "Inzwischen hat jemand anderes etwas zu diesem Ticket geschrieben oder geändert. Lesen Sie es, und senden Sie noch einmal."
        )
    field = error.field if isinstance(error, InvalidInputError) and error.field in {"way", "text"} else "text"
    return Composed(
        text=composed.text,
        kind=composed.kind,
        way=composed.way,
        state=composed.state,
        token=composed.token,
        seen=seen,
        wrong=sentence,
        wrong_field=field or "text",
    )
