"""The page of a deal: what, to whom, how far, and how it came here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.services import work_rules
from crm.services.deals.view import DealView, find_of_customer, open_deal
from crm.services.matter import Matter
from crm.services.staff_names import StaffNames, find_staff_names
from crm.services.work_rules import WorkRules
from crm.site.access import may
from crm.site.i18n import in_language
from crm.site.installation import current_runtime
from crm.site.view_models import DealRow
from crm.site.visitor import current_actor
from crm.web.activities.rows import activities_of
from crm.web.author import author_in_words
from crm.web.deals.blueprint import bp
from crm.web.deals.rows import make_rows, strip_over
from crm.web.desk import Desk, find_desk
from crm.web.files.blueprint import files_of
from crm.web.names import name_fields


@dataclass(frozen=True, slots=True)
class MoveView:
    """One step of the way."""

    title: str
    at: datetime
    by: str


@bp.get("/deals/<pseudonym:deal_id>")
def show(deal_id: str) -> ResponseReturnValue:
    """Show one deal; title and person as the door allows."""
    runtime = current_runtime()
    with runtime.database.reading() as db:
        desk, rules = find_desk(db), work_rules.find(db)
        purpose = desk.purpose if desk else None
        view = open_deal(db, deal_id=deal_id, purpose=purpose, actor=current_actor(), now=runtime.clock.now())
        staff = find_staff_names(db)
        activities = activities_of(db, desk, staff.by_account, deal_id=deal_id)
        files = files_of(db, desk, staff, matter=Matter(deal_id=deal_id))
    return render_template("deals/show.html", activities=activities, files=files, **_context(view, desk, rules, staff))


def _context(view: DealView, desk: Desk | None, rules: WorkRules, staff: StaffNames) -> dict[str, object]:
    deal = view.deal
    row = make_rows([view.shown], rules=rules, staff=staff.by_account)[0]
    reason = rules.loss_reasons.get(deal.loss_reason or "")
    return {
        "strip": strip_over(desk, [view.shown], per_person=False),
        "name_fields": " ".join(name_fields(desk)) if desk else "",
        "deal": row,
        "product": deal.product,
        "region": deal.region,
        "opened_on": deal.opened_on,
        "loss_reason": in_language(reason.title) if reason else None,
        "stages": _others(rules, deal.stage),
        "moves": tuple(
            MoveView(_stage_title(rules, each.stage), each.moved_at, author_in_words(staff, each.moved_by)) for each in view.moves
        ),
        "edit_url": url_for("deals.edit", deal_id=deal.id) if may("deals.edit") and row.movable else None,
        "back_url": url_for("deals.board"),
    }


def _others(rules: WorkRules, stage: str) -> list[tuple[str, str]]:
    return [(code, in_language(each.title)) for code, each in rules.stages.items() if code != stage]


def _stage_title(rules: WorkRules, code: str) -> str:
    return in_language(rules.stages[code].title) if code in rules.stages else code


@dataclass(frozen=True, slots=True)
class DealsOf:
    """The deals of a company or person on its own page; `new_url` is None for who may not take one in."""

    rows: tuple[DealRow, ...]
    new_url: str | None
    all_url: str | None


def deals_of(
    db: Session, desk: Desk | None, staff: Mapping[str, str], *, company_id: str | None = None, subject_id: str | None = None
) -> DealsOf | None:
    """Return the deals of a company or person for its own page; None where the reader's role sees no deals."""
    if not may("deals.show"):
        return None
    rules = work_rules.find(db)
    found = find_of_customer(
        db,
        company_id=company_id,
        subject_id=subject_id,
        purpose=desk.purpose if desk else None,
        actor=current_actor(),
        now=current_runtime().clock.now(),
    )
    whose = {"company": company_id} if company_id else {"person": subject_id}
    return DealsOf(
        rows=make_rows(found, rules=rules, staff=staff),
        new_url=url_for("deals.new", **whose) if may("deals.new") else None,
        all_url=url_for("deals.listing", company=company_id, stage="all") if company_id and found else None,
    )
