"""The page with the form for a deal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask import render_template, url_for

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.company import CompanyKind
from crm.models.deal import Deal
from crm.services import work_customers, work_rules
from crm.services.changers import Changer
from crm.services.companies.choosing import choice_title, choose_company
from crm.services.companies.entry import find_company
from crm.services.deals import entry as deals
from crm.services.deals.entry import DealEntry
from crm.services.deals.errors import ProbabilityError
from crm.services.deals.view import open_for_change
from crm.services.forms import new_form_token
from crm.services.staff_names import find_account_id, find_staff_names
from crm.services.work_rules import WorkRules
from crm.site.errors import sentence_of
from crm.site.money import parse_amount, typed_money
from crm.site.view_models import DealFormView, PersonPicker
from crm.web import conflict
from crm.web.belonging import raised
from crm.web.conflict import CHANGED_BY, OtherChange
from crm.web.deals.filters import sellers
from crm.web.deals.form_fields import TITLES, TypedDeal, fieldsets_of, stored_deal
from crm.web.desk import Desk, require_posted_purpose, strip_of
from crm.web.names import name_fields
from crm.web.picking import make_picker, typed_picker
from crm.web.typed import chosen_id, typed_day

_USUAL_TIME = timedelta(days=90)  # until a new deal is expected to be closed, as the form proposes it


@dataclass(frozen=True, slots=True, kw_only=True)
class DealState:
    """Everything the page shows."""

    desk: Desk
    typed: TypedDeal
    rules: WorkRules
    owners: Mapping[str, str]
    picker: PersonPicker
    deal_id: str = ""
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    changes: tuple[OtherChange, ...] = ()

    @property
    def is_new(self) -> bool:
        return not self.deal_id


def open_for_new(db: Session, desk: Desk) -> DealState:
    """Return an empty form, or one that is about the company or person whose page it was opened from."""
    company = find_company(db, company_id=chosen_id("company") or "")
    person = chosen_id("person") or ""
    if company and company.kind == CompanyKind.NATURAL_PERSON:
        person, company = company.subject_id or "", None
    if person and company is None:
        company = find_company(db, company_id=work_customers.find_employer(db, person) or "")
    rules = work_rules.find(db)
    fields = {
        "company": choice_title(company) if company and company.name else "",
        "person": person,
        "owner": find_account_id(db, desk.actor) or "",
        "stage": next(iter(rules.stages)),
        "expected_on": (desk.today + _USUAL_TIME).isoformat(),
    }
    return _state(db, desk, TypedDeal(fields=fields, token=new_form_token()), rules, make_picker(db, desk, value=person))


def open_stored(db: Session, desk: Desk, deal_id: str) -> DealState:
    """Return the form with the deal as it is.

    Raises: as the door says, for a person.
    """
    shown = open_for_change(db, deal_id=deal_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    rules = work_rules.find(db)
    typed = stored_deal(shown, find_company(db, company_id=shown.deal.company_id or ""), rules)
    picker = make_picker(db, desk, value=shown.deal.subject_id or "")
    return replace(_state(db, desk, typed, rules, picker), deal_id=deal_id, version=shown.deal.version)


def as_sent(db: Session, desk: Desk, typed: TypedDeal, *, deal_id: str = "", version: int = 0) -> DealState:
    """Return the form with what was sent, and whom its words find."""
    picker = typed_picker(db, desk)
    state = _state(db, desk, typed.with_fields(person=picker.value), work_rules.find(db), picker)
    return replace(state, deal_id=deal_id, version=version)


def check(db: Session, desk: Desk, typed: TypedDeal, *, former: Deal | None = None) -> tuple[DealEntry, dict[str, str]]:
    """Return what the use cases take, and every mistake by field."""
    faults: list[InvalidInputError] = [*raised(lambda: require_posted_purpose(desk))]
    company_id, amount, probability = _read(db, typed, faults)
    entry = DealEntry(
        title=typed["title"],
        company_id=company_id,
        subject_id=typed["person"] or None,
        owner_id=typed["owner"] or None,
        amount_cents=amount,
        probability=probability,
        product=typed["product"] or None,
        region=typed["region"] or None,
        expected_on=typed_day("expected_on"),
    )
    faults += deals.check(db, entry, former=former)
    return entry, {fault.field or "title": sentence_of(fault) for fault in reversed(faults)}


def _read(db: Session, typed: TypedDeal, faults: list[InvalidInputError]) -> tuple[str | None, int, int | None]:
    """Return what stands in the fields that have to be understood first; what cannot be is added to the faults."""
    company_id, amount, probability = None, 0, None
    try:
        company_id = choose_company(db, text=typed["company"])
    except InvalidInputError as fault:
        faults.append(fault)
    try:
        amount = parse_amount(typed["amount"], field="amount")
    except InvalidInputError as fault:
        faults.append(fault)
    wanted = typed["probability"].removesuffix("%").strip()
    if wanted:
        probability = int(wanted) if wanted.isascii() and wanted.isdigit() else None
        faults += [] if probability is not None else [ProbabilityError(field="probability")]
    return company_id, amount, probability


def find_conflict(mine: TypedDeal, current: DealState) -> DealState | None:
    """Return the form with another person's changes beside what was typed, or None when nothing differs."""
    names = {each.value: each.title for each in current.picker.options} | dict(current.owners)
    found = conflict.find_conflict(
        mine=mine.with_fields(amount=_normal_amount(mine["amount"])).everything(),
        theirs=current.typed.everything(),
        before=mine.before,
        titles={name: str(title) for name, title in TITLES.items()},
        words=lambda name, value: names.get(value, "") if name in {"owner", "person"} else value,
    )
    if found is None:
        return None
    typed = current.typed.with_fields(**found.values)
    picker = replace(current.picker, value=found.values["person"], error=found.errors.get("person"))
    return replace(current, typed=typed, picker=picker, errors=found.errors, changes=found.changes)


def _normal_amount(text: str) -> str:
    try:
        return typed_money(parse_amount(text, field="amount"))
    except InvalidInputError:
        return text


def _state(db: Session, desk: Desk, typed: TypedDeal, rules: WorkRules, picker: PersonPicker) -> DealState:
    owners = sellers(db, find_staff_names(db), typed["owner"])
    return DealState(desk=desk, typed=typed, rules=rules, owners=owners, picker=picker)


def show_form(state: DealState) -> str:
    """Return the page."""
    shows_name = any(each.value and each.value == state.picker.value for each in state.picker.options) or len(state.picker.options) > 1
    form = DealFormView(
        action_url=url_for("deals.create") if state.is_new else url_for("deals.change", deal_id=state.deal_id),
        cancel_url=url_for("deals.board") if state.is_new else url_for("deals.show", deal_id=state.deal_id),
        is_new=state.is_new,
        fieldsets=fieldsets_of(state.typed, rules=state.rules, owners=state.owners, errors=state.errors, is_new=state.is_new),
        picker=replace(state.picker, error=state.picker.error or state.errors.get("person")),
        version=state.version,
        error=state.error or state.errors.get("purpose"),  # its field is hidden
    )
    return render_template(
        "deals/edit.html",
        form=form,
        strip=strip_of(state.desk, shown=len(name_fields(state.desk)) if shows_name else 0, per_person=True),
        name_fields=" ".join(name_fields(state.desk)) if shows_name else "",
        purpose=state.desk.purpose.code,
        others_changes=state.changes,
        changed_by=str(CHANGED_BY[Changer.UNKNOWN]),
    )
