"""The page with the form for a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import render_template, url_for

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.ticket import Ticket
from crm.services import staff_names, work_customers, work_rules
from crm.services.changers import Changer
from crm.services.companies.choosing import choice_title, choose_company
from crm.services.companies.entry import find_company
from crm.services.forms import new_form_token
from crm.services.staff_names import find_account_id, find_staff_names
from crm.services.tickets import entry as tickets
from crm.services.tickets.entry import SERVES, get_ticket
from crm.services.tickets.shown import show
from crm.services.work_customers import Chosen
from crm.services.work_rules import WorkRules
from crm.site.errors import sentence_of
from crm.site.i18n import in_language
from crm.site.view_models import PersonPicker
from crm.web import conflict
from crm.web.belonging import raised
from crm.web.conflict import CHANGED_BY, OtherChange
from crm.web.desk import Desk, require_posted_purpose, strip_of
from crm.web.names import name_fields
from crm.web.picking import make_picker, typed_picker
from crm.web.tickets.form_fields import TITLES, TypedTicket, fieldsets_of, stored_ticket
from crm.web.typed import chosen_id

_USUAL = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketState:
    """Everything the page shows; `picker` is None where whom it is about is settled."""

    desk: Desk
    typed: TypedTicket
    rules: WorkRules
    owners: Mapping[str, str]
    picker: PersonPicker | None = None
    ticket_id: str = ""
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    changes: tuple[OtherChange, ...] = ()

    @property
    def is_new(self) -> bool:
        return not self.ticket_id


def open_for_new(db: Session, desk: Desk) -> TicketState:
    """Return an empty form, or one that is about the company or person whose page it was opened from."""
    company, person = find_company(db, company_id=chosen_id("company") or ""), chosen_id("person") or ""
    rules = work_rules.find(db)
    fields = {
        "company": choice_title(company) if company and company.name else "",
        "person": person or (company.subject_id if company and company.subject_id else ""),
        "priority": _USUAL if _USUAL in rules.priorities else next(iter(rules.priorities)),
        "owner": find_account_id(db, desk.actor) or "",
    }
    typed = TypedTicket(fields=fields, token=new_form_token())
    return _state(db, desk, typed, picker=make_picker(db, desk, value=fields["person"]))


def open_stored(db: Session, desk: Desk, ticket_id: str) -> TicketState:
    """Return the form with the ticket as it is.

    Raises: as the door says, for a person.
    """
    ticket = get_ticket(db, ticket_id=ticket_id)
    work_customers.require_writable(db, ticket.subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    shown = show(db, [ticket], purpose=desk.purpose, actor=desk.actor, now=desk.now)[0]
    return replace(_state(db, desk, stored_ticket(shown)), ticket_id=ticket_id, version=ticket.version)


def as_sent(db: Session, desk: Desk, typed: TypedTicket, *, ticket_id: str = "", version: int = 0) -> TicketState:
    """Return the form with what was sent, and whom its words find."""
    if ticket_id:
        return replace(_state(db, desk, typed), ticket_id=ticket_id, version=version)
    picker = typed_picker(db, desk)
    return _state(db, desk, typed.with_fields(person=picker.value), picker=picker)


def check(db: Session, desk: Desk, typed: TypedTicket, *, former: Ticket | None = None) -> tuple[Chosen, dict[str, str]]:
    """Return whom it is about, and every mistake by field."""
    faults: list[InvalidInputError] = [*raised(lambda: require_posted_purpose(desk))]
    chosen = Chosen(None, None)
    if former is None:
        try:
            chosen = Chosen(choose_company(db, text=typed["company"]), typed["person"] or None)
            work_customers.require_customer(db, company_id=chosen.company_id, subject_id=chosen.subject_id)
        except InvalidInputError as fault:
            faults.append(fault)
    faults += tickets.check(db, typed.facts(), former=former)
    return chosen, {fault.field or "subject": sentence_of(fault) for fault in reversed(faults)}


def find_conflict(mine: TypedTicket, current: TicketState) -> TicketState | None:
    """Return the form with another person's changes beside what was typed, or None when nothing differs."""
    found = conflict.find_conflict(
        mine=mine.everything(),
        theirs=current.typed.everything(),
        before=mine.before,
        titles={name: str(title) for name, title in TITLES.items()},
        words=lambda name, value: _in_words(current, name, value),
    )
    if found is None:
        return None
    return replace(current, typed=current.typed.with_fields(**found.values), errors=found.errors, changes=found.changes)


def _in_words(state: TicketState, name: str, value: str) -> str:
    choices = {"topic": state.rules.topics, "priority": state.rules.priorities}.get(name, {})
    if name == "owner":
        return state.owners.get(value, "")
    return in_language(choices[value].title) if value in choices else value


def _state(db: Session, desk: Desk, typed: TypedTicket, *, picker: PersonPicker | None = None) -> TicketState:
    staff, serving = find_staff_names(db), staff_names.find_holders(db, SERVES)
    owners = staff.choices(typed["owner"] or None)
    shown = {account_id: name for account_id, name in owners.items() if account_id in serving or account_id == typed["owner"]}
    return TicketState(desk=desk, typed=typed, rules=work_rules.find(db), owners=shown, picker=picker)


def show_form(state: TicketState) -> str:
    """Return the page."""
    picker = replace(state.picker, error=state.picker.error or state.errors.get("person")) if state.picker else None
    shows_name = picker is not None and (len(picker.options) > 1 or bool(picker.value))
    return render_template(
        "tickets/edit.html",
        strip=strip_of(state.desk, shown=len(name_fields(state.desk)) if shows_name else 0, per_person=True),
        name_fields=" ".join(name_fields(state.desk)) if shows_name else "",
        purpose=state.desk.purpose.code,
        is_new=state.is_new,
        action_url=url_for("tickets.create") if state.is_new else url_for("tickets.change", ticket_id=state.ticket_id),
        cancel_url=url_for("tickets.index") if state.is_new else url_for("tickets.show", ticket_id=state.ticket_id),
        version=state.version,
        picker=picker,
        fieldsets=fieldsets_of(state.typed, rules=state.rules, owners=state.owners, errors=state.errors, is_new=state.is_new),
        error=state.error or state.errors.get("purpose"),
        others_changes=state.changes,
        changed_by=str(CHANGED_BY[Changer.UNKNOWN]),
    )
