"""Words for states of tickets, and for who said what in which way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask_babel.speaklater import LazyString

from crm.models.ticket import Ticket, TicketEntryKind, TicketState, TicketWay
from crm.services.tickets.listing import Scope
from crm.services.tickets.promises import Standing, standing
from crm.site.i18n import _, _l, day, moment
from crm.site.view_models import StandingView
from crm.web.desk import Desk

STATE_TITLES: Final[Mapping[str, LazyString]] = {
    TicketState.OPEN: _l("offen"),
    TicketState.WAITING: _l("wartet auf den Kunden"),
    TicketState.CLOSED: _l("geschlossen"),
}
MOVE_TITLES: Final[Mapping[str, LazyString]] = {
    TicketState.OPEN: _l("Wieder öffnen"),
    TicketState.WAITING: _l("Auf den Kunden warten"),
    TicketState.CLOSED: _l("Schließen"),
}
KIND_TITLES: Final[Mapping[str, LazyString]] = {
    TicketEntryKind.REPLY: _l("Antwort an den Kunden"),
    TicketEntryKind.FROM_CUSTOMER: _l("Vom Kunden"),
    TicketEntryKind.INTERNAL: _l("Intern"),
}
WAY_TITLES: Final[Mapping[str, LazyString]] = {
    TicketWay.EMAIL: _l("per E-Mail"),
    TicketWay.PHONE: _l("am Telefon"),
    TicketWay.LETTER: _l("als Brief"),
}
SCOPE_TITLES: Final[Mapping[Scope, LazyString]] = {
    Scope.MINE: _l("Meine"),
    Scope.OPEN: _l("Alle offenen"),
    Scope.LATE: _l("Überfällig"),
    Scope.WAITING: _l("Wartend"),
    Scope.CLOSED: _l("Geschlossen"),
}


def standing_of(ticket: Ticket, desk: Desk) -> StandingView:
    """Return how a ticket stands to what was promised, in words."""
    found = standing(ticket, desk.now)
    if found is Standing.CLOSED:
        return StandingView("ok", _("geschlossen am %(day)s", day=day(_local(ticket.closed_at or desk.now, desk))))
    if found is Standing.WAITING:
        return StandingView("idle", _("wartet auf den Kunden"))
    if found is Standing.SOLUTION_LATE:
        return StandingView("alarm", _("Lösung überfällig seit %(moment)s", moment=moment(ticket.solve_by)))
    if found is Standing.ANSWER_LATE:
        return StandingView("alarm", _("Antwort überfällig seit %(moment)s", moment=moment(ticket.answer_by)))
    answers = found is Standing.ANSWER_DUE
    promised = ticket.answer_by if answers else ticket.solve_by
    word = _("Antwort bis %(moment)s", moment=moment(promised)) if answers else _("Lösung bis %(moment)s", moment=moment(promised))
    return StandingView("watch" if _local(promised, desk).date() == desk.today else "quiet", word)


def _local(at: datetime, desk: Desk) -> datetime:
    return at.astimezone(desk.zone)
