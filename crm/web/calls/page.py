"""The call screen: one field finds the caller; a banner stands until somebody says how they were recognised."""

from dataclasses import dataclass, replace
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.privacy.errors import NoLawfulBasisError, ObjectedError, RestrictedError
from crm.privacy.notes import LONGEST
from crm.privacy.periods import due_on
from crm.privacy.retention_rules import find_rules
from crm.services import work_rules
from crm.services.calls.finding import Callers, find
from crm.services.calls.noting import NEW_TICKET, NO_TICKET
from crm.services.calls.opening import CallScreen, open_screen
from crm.services.calls.verifying import Recognised
from crm.services.forms import new_form_token
from crm.services.invoices.listing import ShownInvoice
from crm.services.staff_names import find_staff_names
from crm.services.tickets.entry import LONGEST_SUBJECT
from crm.services.work_customers import NOBODY, Chosen
from crm.site.access import may
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.money import money
from crm.site.view_models import FactView, FieldInput, Option
from crm.site.words import FIELD_TITLES
from crm.web.calls.blueprint import bp
from crm.web.calls.recognised import find_recognised
from crm.web.calls.words import WAYS
from crm.web.desk import Desk, open_desk, strip_of
from crm.web.invoices.rows import make_rows as invoice_rows
from crm.web.names import NAME_FIELDS, full_name, name_in_list
from crm.web.sealed_search import ARGUMENT, open_search, seal_search
from crm.web.sealed_search import LONGEST as LONGEST_SEARCH
from crm.web.tickets.rows import make_rows as ticket_rows
from crm.web.typed import chosen_id, filled

NOTES_RULE: Final = "RET-17"
_FACTS: Final = ("position", "department", "phone", "mobile", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCall:
    """What is in the form for the note."""

    text: str = ""
    ticket: str | None = None
    subject: str = ""
    topic: str = ""
    token: str = ""
    seen: tuple[str, ...] = ()
    wrong: str | None = None
    wrong_field: str = "text"


@bp.get("/call")
def index() -> ResponseReturnValue:
    """Show the field, whom it found, and the screen of the one who is calling."""
    return render_call(TypedCall())


@bp.post("/call")
def search() -> ResponseReturnValue:
    """Look for the caller; what was typed may be a name, so the address holds it sealed."""
    sealed = seal_search(request.form.get("q", ""))
    return redirect(url_for(".index", **filled({ARGUMENT: sealed})), code=303)


def render_call(typed: TypedCall) -> tuple[str, int]:
    """Return the page and its status; where the door keeps the caller, it says why."""
    words, caller = open_search(request.args.get(ARGUMENT)), chosen_caller()
    with current_runtime().database.reading() as db:
        desk = open_desk(db)
        found = find(db, text=words, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        caller = caller or found.only_one
        try:
            screen = open_screen(db, caller=caller, purpose=desk.purpose, actor=desk.actor, now=desk.now) if caller else None
        except (NoLawfulBasisError, ObjectedError, RestrictedError) as error:
            return _show(desk, words, found, {"refused": sentence_of(error)}), status_of(error)
        context = _screen(db, desk, screen, typed) if screen else {}
    return _show(desk, words, found, context), 200


def chosen_caller() -> Chosen | None:
    """Return the caller that address or form names, or None."""
    person, company = chosen_id("person"), chosen_id("company")
    return Chosen(None if person else company, person) if person or company else None


def _show(desk: Desk, words: str, found: Callers, context: dict[str, Any]) -> str:
    screen: CallScreen | None = context.get("screen")
    shown = {name for name in (*NAME_FIELDS, *_FACTS) if screen.fields.get(name)} if screen else set()
    if found.people:
        shown |= {"last_name", "first_name"}
    current = (screen.caller.subject_id or screen.caller.company_id) if screen else None
    return render_template(
        "calls/call.html",
        strip=strip_of(desk, shown=len(shown), since=_since(desk, screen)),
        purpose=desk.purpose.code,
        q=words,
        longest=LONGEST_SEARCH,
        hits=_hits(found, request.args.get(ARGUMENT), current),
        is_partial=found.is_partial,
        **{"screen": None, "refused": None, **context},
    )


def _since(desk: Desk, screen: CallScreen | None) -> Any:
    ground = screen.state.grounds.get(desk.purpose.code) if screen and screen.state else None
    return ground.since if ground else None


def _hits(found: Callers, sealed: str | None, current: str | None) -> list[dict[str, Any]]:
    people = [
        {
            "title": name_in_list(each.person.fields),
            "note": each.company or each.person.fields.get("position", ""),
            "url": url_for(".index", **filled({ARGUMENT: sealed, "person": each.person.subject_id})),
            "current": each.person.subject_id == current,
            "personal": True,
        }
        for each in found.people
    ]
    companies = [
        {
            "title": each.name or "",
            "note": each.city or _("Firma"),
            "url": url_for(".index", **filled({ARGUMENT: sealed, "company": each.id})),
            "current": each.id == current,
            "personal": False,
        }
        for each in found.companies
    ]
    return [*people, *companies]


def _screen(db: Session, desk: Desk, screen: CallScreen, typed: TypedCall) -> dict[str, Any]:
    rules, staff = work_rules.find(db), find_staff_names(db).by_account
    caller, recognised = screen.caller, find_recognised(screen.caller)
    open_tickets = ticket_rows(desk, screen.tickets, rules=rules, staff=staff)
    whom = filled({"person": caller.subject_id, "company": None if caller.subject_id else caller.company_id})
    return {
        "screen": screen,
        "name": full_name(screen.fields) if caller.subject_id else screen.company,
        "company": screen.company if caller.subject_id else "",
        "company_url": url_for("companies.show", company_id=caller.company_id) if caller.company_id and screen.company else None,
        "contact_url": url_for("contacts.show", subject_id=caller.subject_id) if caller.subject_id else None,
        "facts": _facts(screen),
        "whom": whom,
        "recognised": str(WAYS[recognised][0]) if recognised and recognised is not Recognised.NOT else None,
        "failed": recognised is Recognised.NOT,
        "ways": [(each.value, str(title), icon) for each, (title, icon) in WAYS.items()],
        "invoices": invoice_rows([ShownInvoice(each, NOBODY) for each in screen.invoices]),
        "owed": money(sum(each.gross_cents - each.paid_cents for each in screen.invoices)),
        "tickets": open_tickets,
        "same_topic": ticket_rows(desk, screen.same_topic, rules=rules, staff=staff),
        "new_ticket_url": url_for("tickets.new", **whom),
        "until": due_on(find_rules(db)[NOTES_RULE], desk.today),
        "call": typed if typed.token else replace(typed, token=new_form_token()),
        "fields": _fields(screen, open_tickets, rules, typed),
        **_wishes(caller),
    }


def _facts(screen: CallScreen) -> list[FactView]:
    shown = [name for name in _FACTS if screen.fields.get(name)]
    return [FactView(title=str(FIELD_TITLES[name]), lines=(screen.fields[name],), fields=(name,)) for name in shown]


def _wishes(caller: Chosen) -> dict[str, Any]:
    """Return where wishes of the person are entered, as far as the reader may."""
    whom = caller.subject_id
    if whom is None:
        return {"rights_url": None, "rectify_url": None, "request_url": None, "name_fields": ""}
    return {
        "rights_url": url_for("contacts.rights", subject_id=whom) if may("contacts.rights") else None,
        "rectify_url": url_for("contacts.edit", subject_id=whom) if may("contacts.edit") else None,
        "request_url": url_for("requests.new") if may("requests.new") else None,
        "name_fields": " ".join(NAME_FIELDS),
    }


def _fields(screen: CallScreen, tickets: Any, rules: work_rules.WorkRules, typed: TypedCall) -> dict[str, FieldInput]:
    theirs = [Option(each.ticket_id, f"{each.number} {each.subject}") for each in tickets]
    none = [Option(NO_TICKET, _("kein Ticket, nur Notiz"))] if screen.caller.subject_id else []
    usual = theirs[0].value if theirs else NEW_TICKET
    topics = (Option("", _("ohne")), *(Option(code, in_language(each.title)) for code, each in rules.topics.items()))

    def field(name: str, title: str, **more: Any) -> FieldInput:
        wrong = typed.wrong if typed.wrong_field == name else None
        return FieldInput(name=name, title=title, error=wrong, focus=wrong is not None, **more)

    return {
        "text": field(
            "text",
            _("Worum geht es?"),
            value=typed.text,
            kind="textarea",
            max_length=LONGEST,
            hint=_("Nur Sachliches. Nichts über Gesundheit, Herkunft oder Meinung."),
        ),
        "ticket": field(
            "ticket",
            _("Gehört zu"),
            value=usual if typed.ticket is None else typed.ticket,
            kind="select",
            options=(*theirs, Option(NEW_TICKET, _("Neues Ticket")), *none),
        ),
        "subject": field("subject", _("Titel des neuen Tickets"), value=typed.subject, max_length=LONGEST_SUBJECT),
        "topic": field("topic", _("Thema des neuen Tickets"), value=typed.topic, kind="select", options=topics),
    }
