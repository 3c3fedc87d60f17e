"""The list of cases, the most urgent first."""

from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.actor import Role
from crm.models.request_case import CaseKind, CaseState, CaseWay, RequestCase
from crm.services.requests.listing import CasePage, Shown, WaitingTask, find_tasks, list_cases
from crm.site.access import may
from crm.site.installation import current_runtime
from crm.site.view_models import PagerView
from crm.site.visitor import current_actor
from crm.web.desk import current_day
from crm.web.requests.blueprint import bp
from crm.web.requests.lights import Light, light_of
from crm.web.requests.words import CASE_KINDS, STATES, WAYS
from crm.web.typed import typed_line


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of the list; it names nobody."""

    number: str
    url: str
    kind: str
    way: str
    state: str
    people: int
    received_on: date
    due_on: date
    light: Light


@bp.get("/requests")
def index() -> ResponseReturnValue:
    """Show the cases that are open, or all of them."""
    runtime = current_runtime()
    # Whoever asks for what there is not gets all: fewer would look like an answer.
    shown = Shown.OPEN if request.args.get("show", Shown.OPEN) in {Shown.OPEN, ""} else Shown.ALL
    with runtime.database.reading() as db:
        page = list_cases(db, shown=shown, after=typed_line("after") or None, actor=current_actor(), now=runtime.clock.now())
        tasks = find_tasks(db) if current_actor().role is Role.PRIVACY else ()
    today = current_day()
    return render_template(
        "requests/list.html",
        strip=None,
        shown=shown,
        count=page.count,
        rows=tuple(_row(each, page, today) for each in page.cases),
        pager=_pager(page, shown),
        tasks=tuple(_task(each) for each in tasks),
        new_url=url_for(".new") if may("requests.new") else None,
    )


def _row(case: RequestCase, page: CasePage, today: date) -> CaseRow:
    return CaseRow(
        number=case.number,
        url=url_for(".show", case_id=case.id),
        kind=str(CASE_KINDS[CaseKind(case.kind)]),
        way=str(WAYS[CaseWay(case.way)]),
        state=str(STATES[CaseState(case.state)]),
        people=page.people.get(case.id, 0),
        received_on=case.received_on,
        due_on=case.due_on,
        light=light_of(case, today),
    )


def _pager(page: CasePage, shown: Shown) -> PagerView | None:
    here = typed_line("after")
    if page.after is None and not here:
        return None
    return PagerView(
        previous_url=url_for(".index", show=shown) if here else None,
        next_url=url_for(".index", show=shown, after=page.after) if page.after else None,
        position="",
    )


def _task(task: WaitingTask) -> tuple[str, date]:
    return url_for(".open_task", subject_id=task.subject_id), task.due_on
