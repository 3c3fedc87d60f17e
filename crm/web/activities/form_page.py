"""The page with the form for an activity."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import render_template, url_for

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.activity import Activity, ActivityKind
from crm.services import staff_names, work_customers
from crm.services.activities import entry as activities
from crm.services.activities.entry import DO, ActivityEntry
from crm.services.activities.listing import open_one
from crm.services.changers import Changer
from crm.services.companies.choosing import choose_company
from crm.services.forms import new_form_token
from crm.services.matter import Matter, resolve
from crm.services.staff_names import find_account_id, find_staff_names
from crm.services.work_customers import NOBODY, Customer, CustomerMissingError
from crm.site.errors import sentence_of
from crm.web import conflict
from crm.web.activities.form_fields import TITLES, TypedActivity, fieldset_of, read_entry, stored_activity
from crm.web.activities.words import KIND_TITLES
from crm.web.belonging import raised
from crm.web.conflict import CHANGED_BY, OtherChange
from crm.web.customers import person_name
from crm.web.desk import Desk, require_posted_purpose, strip_of
from crm.web.matter import chosen_matter
from crm.web.names import name_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityState:
    """Everything the page shows."""

    desk: Desk
    typed: TypedActivity
    owners: Mapping[str, str]
    customer: Customer
    activity_id: str = ""
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    changes: tuple[OtherChange, ...] = ()

    @property
    def is_new(self) -> bool:
        return not self.activity_id


def open_for_new(db: Session, desk: Desk) -> ActivityState:
    """Return an empty form about the customer or deal from whose page it was opened; else it asks for a company.

    Raises:
        NotFoundError, InvalidInputError: there is no such deal or customer.
    """
    fields = {"kind": str(ActivityKind.CALL), "due_on": desk.today.isoformat(), "owner": find_account_id(db, desk.actor) or ""}
    return of_new(db, desk, TypedActivity(fields=fields, matter=chosen_matter(), token=new_form_token()))


def of_new(db: Session, desk: Desk, typed: TypedActivity) -> ActivityState:
    """Return the form for something new with what is in it."""
    if typed.matter == Matter():
        return ActivityState(desk=desk, typed=typed, owners=doers(db, typed["owner"]), customer=NOBODY)
    chosen = resolve(db, typed.matter)
    customer = work_customers.find_customer(db, chosen, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    return ActivityState(desk=desk, typed=typed, owners=doers(db, typed["owner"]), customer=customer)


def open_stored(db: Session, desk: Desk, activity_id: str) -> ActivityState:
    """Return the form with the activity as it is; empty where the door does not show its text."""
    shown = open_one(db, activity_id=activity_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    typed = stored_activity(shown)
    return ActivityState(
        desk=desk,
        typed=typed,
        owners=doers(db, typed["owner"]),
        customer=shown.customer,
        activity_id=activity_id,
        version=shown.activity.version,
    )


def of_sent(db: Session, desk: Desk, typed: TypedActivity, *, activity_id: str, version: int) -> ActivityState:
    """Return the form for one that exists with what was sent."""
    return ActivityState(
        desk=desk, typed=typed, owners=doers(db, typed["owner"]), customer=NOBODY, activity_id=activity_id, version=version
    )


def doers(db: Session, chosen: str) -> dict[str, str]:
    """Return who can be given an activity, and whoever has it already, by account."""
    staff = find_staff_names(db)
    doing = staff_names.find_holders(db, DO)
    former = {chosen: staff.by_account[chosen]} if chosen in staff.by_account else {}
    return {**former, **{account_id: name for account_id, name in staff.owners.items() if account_id in doing}}


def check(db: Session, desk: Desk, typed: TypedActivity, *, former: Activity | None = None) -> tuple[ActivityEntry, dict[str, str]]:
    """Return what the use cases take, and every mistake by field."""
    entry, faults = read_entry(typed)
    faults = [*raised(lambda: require_posted_purpose(desk)), *faults, *activities.check(db, entry, former=former)]
    return entry, {fault.field or "text": sentence_of(fault) for fault in reversed(faults)}


def choose_matter(db: Session, typed: TypedActivity) -> tuple[Matter, dict[str, str]]:
    """Return what something new is about, and what is wrong with the company that was typed where no page said it."""
    if typed.matter != Matter():
        return typed.matter, {}
    try:
        company_id = choose_company(db, text=typed.company)
    except InvalidInputError as fault:
        return Matter(), {"company": sentence_of(fault)}
    return Matter(company_id=company_id), {} if company_id else {"company": sentence_of(CustomerMissingError())}


def find_conflict(mine: TypedActivity, current: ActivityState) -> ActivityState | None:
    """Return the form with another person's changes beside what was typed, or None when nothing differs."""
    found = conflict.find_conflict(
        mine=mine.everything(),
        theirs=current.typed.everything(),
        before=mine.before,
        titles={name: str(title) for name, title in TITLES.items()},
        words=lambda name, value: _in_words(current.owners, name, value),
    )
    if found is None:
        return None
    return replace(current, typed=replace(current.typed, fields=found.values), errors=found.errors, changes=found.changes)


def _in_words(owners: Mapping[str, str], name: str, value: str) -> str:
    if name == "owner":
        return owners.get(value, "")
    return str(KIND_TITLES.get(value, value)) if name == "kind" else value


def show_form(state: ActivityState) -> str:
    """Return the page."""
    names_somebody = state.customer.person is not None
    back = url_for("activities.listing")
    return render_template(
        "activities/edit.html",
        strip=strip_of(state.desk, shown=len(name_fields(state.desk)) if names_somebody else 0),
        name_fields=" ".join(name_fields(state.desk)),
        purpose=state.desk.purpose.code,
        is_new=state.is_new,
        action_url=url_for("activities.create") if state.is_new else url_for("activities.change", activity_id=state.activity_id),
        cancel_url=back,
        version=state.version,
        company=state.customer.company,
        person=person_name(state.customer),
        fieldsets=(fieldset_of(state.typed, owners=state.owners, errors=state.errors, is_new=state.is_new),),
        error=state.error or state.errors.get("purpose"),
        others_changes=state.changes,
        changed_by=str(CHANGED_BY[Changer.UNKNOWN]),
    )
