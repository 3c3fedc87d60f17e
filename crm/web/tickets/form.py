"""Opening and changing a ticket."""

from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from crm.errors import CrmError
from crm.privacy.errors import FieldWithoutPurposeError, NoLawfulBasisError, ObjectedError, PrivacyError, RestrictedError, StaleVersionError
from crm.services.forms import save_once
from crm.services.tickets import entry as tickets
from crm.services.tickets.errors import ClosedTicketError
from crm.services.work_customers import Chosen
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.installation import current_runtime
from crm.web.desk import Desk, open_desk, posted_purpose
from crm.web.picking import is_asked
from crm.web.refusal import refuse
from crm.web.tickets.blueprint import bp
from crm.web.tickets.form_fields import TypedTicket, typed_ticket
from crm.web.tickets.form_page import as_sent, check, find_conflict, open_for_new, open_stored, show_form
from crm.web.typed import typed_number


@bp.get("/tickets/new")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    with current_runtime().database.reading() as db:
        state = open_for_new(db, open_desk(db))
    return show_form(state)


@bp.post("/tickets/new")
def create() -> ResponseReturnValue:
    """Open the ticket."""
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_ticket()
        chosen, errors = check(db, desk, typed)
        state = as_sent(db, desk, typed) if errors or is_asked() else None
    if state:
        return show_form(state if is_asked() else replace(state, errors=errors)), 200 if is_asked() else 422
    try:
        ticket_id = save_once(lambda: _create(desk, typed, chosen))
    except (PrivacyError, FieldWithoutPurposeError) as error:
        return _again(desk, typed, error)
    flash(_("Das Ticket ist eröffnet."), "ok")
    return redirect(url_for(".show", ticket_id=ticket_id), code=303)


@bp.get("/tickets/<pseudonym:ticket_id>/edit")
def edit(ticket_id: str) -> ResponseReturnValue:
    """Show the form with the ticket as it is, or why its person may not be seen."""
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        try:
            state = open_stored(db, desk, ticket_id)
        except (NoLawfulBasisError, ObjectedError, RestrictedError) as error:
            return refuse(desk, error)
    return show_form(state)


@bp.post("/tickets/<pseudonym:ticket_id>/edit")
def change(ticket_id: str) -> ResponseReturnValue:
    """Change the ticket, unless somebody else has meanwhile: then show what they changed."""
    version = typed_number("version")
    with current_runtime().database.reading() as db:
        desk = posted_purpose(open_desk(db))
        typed = typed_ticket()
        _chosen, errors = check(db, desk, typed, former=tickets.get_ticket(db, ticket_id=ticket_id))
        state = as_sent(db, desk, typed, ticket_id=ticket_id, version=version)
    if errors:
        return show_form(replace(state, errors=errors)), 422
    try:
        _change(desk, ticket_id, typed, version)
    except StaleVersionError:
        return _conflict(desk, ticket_id, typed)
    except (PrivacyError, FieldWithoutPurposeError, ClosedTicketError) as error:
        return show_form(replace(state, error=sentence_of(error))), status_of(error)
    flash(_("Die Änderungen sind gespeichert."), "ok")
    return redirect(url_for(".show", ticket_id=ticket_id), code=303)


def _create(desk: Desk, typed: TypedTicket, chosen: Chosen) -> str:
    with current_runtime().database.writing() as db:
        form = typed.sent(desk.purpose.code)
        return tickets.open_ticket(
            db, facts=typed.facts(), customer=chosen, form=form, purpose=desk.purpose, actor=desk.actor, now=desk.now
        )


def _change(desk: Desk, ticket_id: str, typed: TypedTicket, version: int) -> None:
    with current_runtime().database.writing() as db:
        tickets.change(
            db, ticket_id=ticket_id, facts=typed.facts(), expected_version=version, purpose=desk.purpose, actor=desk.actor, now=desk.now
        )


def _again(desk: Desk, typed: TypedTicket, error: CrmError) -> ResponseReturnValue:
    """Show the form again with what stands against it; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        state = as_sent(db, desk, typed)
    return show_form(replace(state, error=sentence_of(error))), status_of(error)


def _conflict(desk: Desk, ticket_id: str, typed: TypedTicket) -> ResponseReturnValue:
    """Lay the changes made meanwhile beside what was typed; nothing typed is lost."""
    with current_runtime().database.reading() as db:
        current = open_stored(db, desk, ticket_id)
    found = find_conflict(typed, current)
    if found is None:  # the same form, sent twice
        return redirect(url_for(".show", ticket_id=ticket_id), code=303)
    return show_form(found), 409
