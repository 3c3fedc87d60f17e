"""The page of a ticket: what it is about, how it stands, what was said, and what is said next."""

from dataclasses import dataclass, replace
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.ticket import TicketEntryKind, TicketWay
from crm.privacy.errors import PrivacyError, StaleVersionError
from crm.privacy.notes import LONGEST
from crm.services import work_rules
from crm.services.forms import new_form_token
from crm.services.staff_names import find_staff_names
from crm.services.tickets import moving, reply_templates
from crm.services.tickets.view import TicketView, open_view
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.site.view_models import FieldInput, Option, SaidView
from crm.web.author import author_in_words
from crm.web.desk import Desk, open_desk, open_posted_desk, strip_of
from crm.web.names import full_name, name_fields
from crm.web.tickets.blueprint import bp
from crm.web.tickets.rows import make_rows
from crm.web.tickets.words import KIND_TITLES, MOVE_TITLES, STATE_TITLES, WAY_TITLES
from crm.web.typed import typed_line, typed_number

STAYS: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What is in the form below a ticket.

    Attributes:
        seen: words of special categories that were shown and are kept by a second press.
        wrong: the sentence that says why it was not sent, and the field it belongs to.
    """

    text: str = ""
    kind: str = TicketEntryKind.REPLY
    way: str = ""
    state: str = STAYS
    token: str = ""
    seen: tuple[str, ...] = ()
    wrong: str | None = None
    wrong_field: str = "text"


@bp.get("/tickets/<pseudonym:ticket_id>")
def show(ticket_id: str) -> ResponseReturnValue:
    """Show one ticket as far as the door allows."""
    return render_ticket(ticket_id, Composed())


@bp.post("/tickets/<pseudonym:ticket_id>/move")
def move(ticket_id: str) -> ResponseReturnValue:
    """Let the ticket wait, go on, be closed or be opened again."""
    try:
        with current_runtime().database.writing() as db:
            desk = open_posted_desk(db)
            moving.move(
                db,
                ticket_id=ticket_id,
                state=typed_line("state"),
                purpose=desk.purpose,
                expected_version=typed_number("version"),
                actor=desk.actor,
                now=desk.now,
            )
    except (InvalidInputError, PrivacyError, StaleVersionError) as error:
        return render_ticket(ticket_id, Composed(wrong=sentence_of(error), wrong_field="page")), status_of(error)
    flash(_("Der Status ist geändert."), "ok")
    return redirect(url_for(".show", ticket_id=ticket_id), code=303)


def render_ticket(ticket_id: str, composed: Composed) -> str:
    """Return the page with what was composed."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        view = open_view(db, ticket_id=ticket_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        context = _context(db, desk, view, _filled_in(db, view, composed))
    return render_template("tickets/show.html", **context)


def _filled_in(db: Session, view: TicketView, composed: Composed) -> Composed:
    """Return the form with the chosen template behind what was typed, with name and number in their places."""
    code, _colon, language = request.form.get("template", "").partition(":")
    if "insert" not in request.form or not code:
        return composed
    template = reply_templates.get_template(db, code=code)
    customer = view.shown.customer
    name = full_name(customer.person) if customer.person is not None else customer.company
    text = reply_templates.fill(template, language=language, name=name, ticket=view.ticket.number)
    return replace(composed, text="\n\n".join(part for part in (composed.text, text) if part))


def _context(db: Session, desk: Desk, view: TicketView, composed: Composed) -> dict[str, Any]:
    staff, rules = find_staff_names(db), work_rules.find(db)
    row = make_rows(desk, [view.shown], rules=rules, staff=staff.by_account)[0]
    is_visible = view.shown.subject is not None
    return {
        "strip": strip_of(desk, shown=len(name_fields(desk)) if row.person else 0),
        "name_fields": " ".join(name_fields(desk)),
        "purpose": desk.purpose.code,
        "ticket": row,
        "version": view.ticket.version,
        "is_visible": is_visible,
        "answer_by": view.ticket.answer_by,
        "solve_by": view.ticket.solve_by,
        "answered_at": view.ticket.answered_at,
        "moves": [(code, str(title)) for code, title in MOVE_TITLES.items() if code != view.ticket.state],
        "said": tuple(
            SaidView(
                title=" ".join(str(part) for part in (KIND_TITLES[each.entry.kind], WAY_TITLES.get(each.entry.way or "", "")) if part),
                author=author_in_words(staff, each.entry.author),
                at=each.entry.said_at,
                text=each.text,
                internal=each.entry.kind == TicketEntryKind.INTERNAL,
            )
            for each in view.entries
        ),
        "composed": composed if composed.token else replace(composed, token=new_form_token()),
        "fields": _fields(composed, view),
        "templates": [
            (f"{each.code}:{language}", f"{each.title} ({word})")
            for each in reply_templates.find_all(db)
            for language, word in (("de", _("deutsch")), ("en", _("englisch")))
        ],
        "edit_url": url_for("tickets.edit", ticket_id=view.ticket.id) if is_visible and view.ticket.closed_at is None else None,
    }


def _fields(composed: Composed, view: TicketView) -> dict[str, FieldInput]:
    kinds = tuple(Option(code, str(title)) for code, title in KIND_TITLES.items())
    ways = (Option("", _("bitte wählen")), *(Option(code, str(title)) for code, title in WAY_TITLES.items()))
    states = (Option(STAYS, _("bleibt, wie er ist")), *(Option(code, str(title)) for code, title in STATE_TITLES.items()))
    way = composed.way or (TicketWay.EMAIL if view.ticket.subject_id else TicketWay.PHONE)
    hints = {"text": _("Nur Sachliches. Was Sie schreiben, kann die Person lesen."), "way": _("Eine E-Mail geht sofort hinaus.")}

    def field(name: str, title: str, **more: Any) -> FieldInput:
        wrong = composed.wrong if composed.wrong_field == name else None
        return FieldInput(name=name, title=title, error=wrong, hint=hints.get(name), focus=wrong is not None, **more)

    return {
        "kind": field("kind", _("Was"), value=composed.kind, kind="select", options=kinds),
        "way": field("way", _("Wie gesagt"), value=way, kind="select", options=ways),
        "text": field("text", _("Text"), value=composed.text, kind="textarea", max_length=LONGEST),
        "state": field("state", _("Status danach"), value=composed.state, kind="select", options=states),
    }
