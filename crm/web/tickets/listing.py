"""The list of tickets: mine, all open, late, waiting, closed."""

from contextlib import suppress
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.services import work_rules
from crm.services.staff_names import find_account_id, find_staff_names
from crm.services.tickets import listing as tickets
from crm.services.tickets.listing import Scope, TicketFilter
from crm.services.work_rules import WorkRules
from crm.site.i18n import _, in_language
from crm.site.installation import current_runtime
from crm.site.view_models import DealTab, PagerView, SelectView
from crm.web.desk import open_desk, strip_of
from crm.web.names import name_fields
from crm.web.selects import select_of
from crm.web.tickets.blueprint import bp
from crm.web.tickets.rows import make_rows
from crm.web.tickets.words import SCOPE_TITLES
from crm.web.typed import chosen_id, filled, typed_line


@bp.get("/tickets")
def index() -> ResponseReturnValue:
    """Show one page of tickets, what is late first."""
    scope = _scope()
    with current_runtime().database.reading() as db:
        desk, rules = open_desk(db), work_rules.find(db)
        wanted = TicketFilter(
            scope=scope,
            owner_id=find_account_id(db, desk.actor),
            topic=typed_line("topic") or None,
            priority=typed_line("priority") or None,
            after=chosen_id("after"),
        )
        page = tickets.list_tickets(db, wanted=wanted, purpose=desk.purpose, actor=desk.actor, now=desk.now)
        rows = make_rows(desk, page.rows, rules=rules, staff=find_staff_names(db).by_account)
    names_somebody = any(row.person for row in rows)
    return render_template(
        "tickets/list.html",
        strip=strip_of(desk, shown=len(name_fields(desk)) if names_somebody else 0, per_person=True),
        name_fields=" ".join(name_fields(desk)),
        tabs=tuple(DealTab(str(title), _address(wanted, scope=each), each is scope) for each, title in SCOPE_TITLES.items()),
        filters=_filters(wanted, rules),
        scope=scope.value,
        rows=rows,
        count=page.count,
        pager=PagerView(
            previous_url=_address(wanted, scope=scope) if wanted.after else None,
            next_url=_address(wanted, scope=scope, after=page.after) if page.after else None,
        ),
    )


def _scope() -> Scope:
    """Return what the address asks for: mine without a word, all that are open for one there is not."""
    with suppress(ValueError):
        return Scope(request.args.get("show", Scope.MINE))
    return Scope.OPEN


def _address(wanted: TicketFilter, *, scope: Scope, after: str | None = None) -> str:
    values: dict[str, Any] = filled({"topic": wanted.topic, "priority": wanted.priority, "after": after})
    return url_for("tickets.index", show=scope.value, **values)


def _filters(wanted: TicketFilter, rules: WorkRules) -> tuple[SelectView, ...]:
    topics = {code: in_language(each.title) for code, each in rules.topics.items()}
    priorities = {code: in_language(each.title) for code, each in rules.priorities.items()}
    return (select_of("topic", _("Thema"), topics, wanted.topic), select_of("priority", _("Priorität"), priorities, wanted.priority))
