"""What a row of daily work becomes: the columns of its table, decided by the row, the rules and the moment alone.

The dry run makes the same drafts as the import, so both say the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from crm.models.activity import ActivityKind
from crm.models.campaign import ResponseWay
from crm.models.ticket import TicketState, TicketWay
from crm.services.imports.fields import RowKind
from crm.services.imports.policy import import_policy
from crm.services.imports.rows import Reason, WorkRow
from crm.services.imports.work.choices import choose, choose_stage, probability_of, translate
from crm.services.imports.work.draft import Basis, Draft
from crm.services.imports.work.invoice_draft import draft_invoice
from crm.services.tickets import promises
from crm.services.work_rules import LOST, WorkRules

_NEUTRAL: Final = "Ohne Titel"
_DONE: Final = "done"


def draft(row: WorkRow, basis: Basis) -> Draft:
    """Return what a row becomes."""
    made = _DRAFTS[row.kind](row, basis)
    made.remarks[:0] = [each for each in row.remarks if each not in made.remarks]
    return made


def _deal(row: WorkRow, basis: Basis) -> Draft:
    made, values = Draft(title=row.values.get("title", "")), row.values
    stage, known = choose_stage(
        basis.rules, values.get("stage", ""), is_closed=values.get("is_closed", False), is_won=values.get("is_won", False)
    )
    if not known:
        made.remark(Reason.STAGE_UNKNOWN)
    opened_on = min(values.get("opened_on", basis.today), basis.today)
    expected_on = values.get("expected_on") or values.get("closed_on")
    if expected_on is None:
        made.remark(Reason.DAY_MISSING)
        expected_on = basis.today
    ends = basis.rules.stages[stage].ends
    closed_on = min(values.get("closed_on") or expected_on, basis.today) if ends else None
    if "amount" not in values:
        made.remark(Reason.AMOUNT_INVALID)
    made.columns = {
        "owner_id": basis.owner_of(RowKind.DEAL),
        "stage": stage,
        "amount_cents": values.get("amount", 0),
        "probability": probability_of(basis.rules, stage, values.get("probability")),
        "product": _listed(made, values.get("product"), basis.rules.products),
        "region": _listed(made, values.get("region"), basis.rules.regions),
        "expected_on": expected_on,
        "opened_on": min(opened_on, closed_on) if closed_on else opened_on,
        "closed_on": closed_on,
        "loss_reason": _loss_reason(made, values.get("loss_reason"), basis.rules) if stage == LOST else None,
    }
    return made


def _listed(made: Draft, name: str | None, names: tuple[str, ...]) -> str | None:
    found = next((each for each in names if name and each.casefold() == name.casefold()), None)
    if name and not found:
        made.remark(Reason.CHOICE_UNKNOWN)
    return found


def _loss_reason(made: Draft, text: str | None, rules: WorkRules) -> str | None:
    if not text:
        return None
    found = next(
        (code for code, each in rules.loss_reasons.items() if text.casefold() in {code, *map(str.casefold, each.title.values())}), None
    )
    if not found:
        made.remark(Reason.CHOICE_UNKNOWN)
    return found


def _ticket(row: WorkRow, basis: Basis) -> Draft:
    values = row.values
    made = Draft(title=values.get("title", ""), text=values.get("text", ""))
    opened_at = min(values.get("opened_at", basis.now), basis.now)
    state = _ticket_state(made, values)
    closed_at = max(min(values.get("closed_at", opened_at), basis.now), opened_at) if state is TicketState.CLOSED else None
    priorities = basis.rules.priorities
    priority = choose(values["priority"], priorities, words="priorities") if "priority" in values else None
    if priority is None:
        priority = "normal" if "normal" in priorities else next(iter(priorities))
        if "priority" in values:
            made.remark(Reason.CHOICE_UNKNOWN)
    topic = choose(values["topic"], basis.rules.topics, words="topics") if "topic" in values else None
    if "topic" in values and topic is None:
        made.remark(Reason.CHOICE_UNKNOWN)
    promised = promises.promise(basis.hours, priorities[priority], opened_at)
    _require_title(made)
    made.way = translate(values["way"], words="ways") if "way" in values else None
    made.way = made.way or TicketWay.EMAIL.value
    made.columns = {
        "owner_id": basis.owner_of(RowKind.TICKET),
        "topic": topic,
        "priority": priority,
        "state": state.value,
        "opened_at": opened_at,
        "answer_by": promised.answer_by,
        "solve_by": promised.solve_by,
        "answered_at": closed_at,
        "waiting_since": opened_at if state is TicketState.WAITING else None,
        "closed_at": closed_at,
    }
    return made


def _ticket_state(made: Draft, values: Mapping[str, Any]) -> TicketState:
    said = translate(values["state"], words="ticket_states") if "state" in values else None
    if said is None and "state" in values:
        made.remark(Reason.CHOICE_UNKNOWN)
    if values.get("is_closed") or said == TicketState.CLOSED:
        return TicketState.CLOSED
    return TicketState(said) if said else TicketState.OPEN


def _activity(row: WorkRow, basis: Basis) -> Draft:
    made, values = Draft(title=row.values.get("title", "")), row.values
    owner_id = basis.owner_of(RowKind.ACTIVITY)
    if owner_id is None:
        made.refused = Reason.NOT_AN_OWNER
        return made
    due_on = values.get("due_on")
    if due_on is None:
        made.remark(Reason.DAY_MISSING)
        due_on = basis.today
    _require_title(made)
    is_done = values.get("is_closed") or translate(values.get("state", ""), words="activity_states") == _DONE
    made.columns = {
        "kind": translate(values.get("kind", ""), words="activity_kinds") or ActivityKind.TASK.value,
        "owner_id": owner_id,
        "due_on": due_on,
        "due_time": None,
        "done_at": basis.start_of(due_on) if is_done else None,
    }
    return made


def _require_title(made: Draft) -> None:
    if not made.title:
        made.title = _NEUTRAL
        made.remark(Reason.NO_TITLE)


def _campaign(row: WorkRow, basis: Basis) -> Draft:
    made, values = Draft(), row.values
    kind = choose(values.get("kind", ""), basis.rules.campaign_kinds, words="campaign_kinds")
    if kind is None:
        made.remark(Reason.CHOICE_UNKNOWN)
        kind = next(iter(basis.rules.campaign_kinds))
    starts_on = values.get("starts_on")
    if starts_on is None:
        made.remark(Reason.DAY_MISSING)
        starts_on = values.get("opened_at", basis.now).astimezone(basis.zone).date()
    ends_on = values.get("ends_on")
    made.columns = {
        "name": values.get("name") or _NEUTRAL,
        "kind": kind,
        "purpose": import_policy().campaign_purposes[kind],
        "starts_on": starts_on,
        "ends_on": ends_on if ends_on and ends_on >= starts_on else None,
    }
    if "name" not in values:
        made.remark(Reason.NO_TITLE)
    return made


def _member(row: WorkRow, basis: Basis) -> Draft:
    values = row.values
    responded = bool(values.get("has_responded") or "responded_on" in values)
    return Draft(
        columns={
            "has_responded": responded,
            "sent_on": min(values.get("sent_on", basis.today), basis.today),
            "responded_on": values.get("responded_on") if responded else None,
            "response_way": ResponseWay.HAND.value if responded else None,
        }
    )


_DRAFTS: Final[Mapping[RowKind, Callable[[WorkRow, Basis], Draft]]] = {
    RowKind.CAMPAIGN: _campaign,
    RowKind.MEMBER: _member,
    RowKind.DEAL: _deal,
    RowKind.TICKET: _ticket,
    RowKind.ACTIVITY: _activity,
    RowKind.INVOICE: draft_invoice,
}
