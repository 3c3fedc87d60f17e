"""The page with the form for a company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import render_template, url_for

from crm.db import Session
from crm.errors import InvalidInputError
from crm.models.company import Company, CompanyKind
from crm.privacy.errors import PurposeNotAllowedError
from crm.services.changers import Changer
from crm.services.companies import entry, hierarchy, kinds
from crm.services.companies.choosing import choice_title
from crm.services.companies.from_form import OwnerNameMissingError
from crm.services.companies.listing import find_segments
from crm.services.companies.view import open_fields
from crm.services.contacts import fields as contact_fields
from crm.services.forms import new_form_token
from crm.services.staff_names import find_account_id, find_staff_names
from crm.site.errors import sentence_of
from crm.site.i18n import _
from crm.site.view_models import CompanyFormView, SameCompany
from crm.site.words import FIELD_TITLES
from crm.web import conflict
from crm.web.belonging import find_faults, raised
from crm.web.companies.form_fields import TypedCompany, field_names, fieldsets_of
from crm.web.companies.form_questions import NO_QUESTIONS, Questions
from crm.web.conflict import CHANGED_BY, OtherChange
from crm.web.contacts.form_checks import find_faults_of_source
from crm.web.desk import Desk, strip_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyState:
    """Everything the page shows."""

    desk: Desk
    typed: TypedCompany
    owners: Mapping[str, str]
    segments: Sequence[str]
    is_new: bool
    company_id: str = ""
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    questions: Questions = NO_QUESTIONS
    changes: tuple[OtherChange, ...] = ()
    changer: Changer = Changer.UNKNOWN

    @classmethod
    def of(
        cls,
        db: Session,
        desk: Desk,
        typed: TypedCompany,
        *,
        is_new: bool,
        errors: Mapping[str, str] | None = None,
        questions: Questions = NO_QUESTIONS,
        company_id: str = "",
        version: int = 0,
    ) -> "CompanyState":
        """Return the form with what can be chosen in it."""
        return cls(
            desk=desk,
            typed=typed,
            owners=find_staff_names(db).choices(typed.owner_id),
            segments=find_segments(db),
            is_new=is_new,
            errors=errors or {},
            questions=questions,
            company_id=company_id,
            version=version,
        )

    def refused(self, sentence: str) -> "CompanyState":
        """Return the form with a reason that belongs to no field."""
        return replace(self, error=sentence)


def open_for_new(db: Session, desk: Desk) -> CompanyState:
    """Return an empty form."""
    return CompanyState.of(db, desk, TypedCompany(owner_id=find_account_id(db, desk.actor) or "", token=new_form_token()), is_new=True)


def open_for_change(db: Session, desk: Desk | None, company_id: str) -> CompanyState:
    """Return the form with the company as it is; a sole trader comes through the door.

    Raises: as the door says.
    """
    if desk is None:
        raise PurposeNotAllowedError
    company = entry.get_company(db, company_id=company_id)
    fields = open_fields(db, company=company, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    typed = TypedCompany(
        kind=company.kind,
        fields={name: fields.get(name, "") for name in field_names(company.kind, desk.purpose)},
        owner_id=company.owner_id or "",
        segment=company.segment or "",
        parent=choice_title(parent) if (parent := _find_parent(db, company)) else "",
    )
    return CompanyState.of(db, desk, typed.opened(), is_new=False, company_id=company_id, version=company.version)


def _find_parent(db: Session, company: Company) -> Company | None:
    return entry.find_company(db, company_id=company.parent_id) if company.parent_id else None


class KindUnknownError(InvalidInputError):
    """Nobody says whether the company is a person."""

    message = "Bitte wählen Sie, ob hinter der Firma eine Gesellschaft oder ein einzelner Mensch steht."


def check(db: Session, desk: Desk, typed: TypedCompany, *, company: Company | None) -> dict[str, str]:
    """Return every mistake in the form, by field; `company` is the one to be changed, None for a new one."""
    former = company.owner_id if company else None
    faults = raised(lambda: entry.clean(typed.fields))
    faults += raised(lambda: hierarchy.choose_parent(db, text=typed.parent, company_id=company.id if company else None))
    faults += find_faults(db, desk, segment=typed.segment, owner_id=typed.owner_id, former_owner_id=former)
    if typed.kind not in set(CompanyKind):
        faults.append(KindUnknownError(field="kind"))
    name = typed.fields.get("name", "")
    if typed.kind == CompanyKind.LEGAL_PERSON and (company is None or company.name != name):
        faults += raised(lambda: kinds.require_legal_person(name))
    if company is None and typed.kind == CompanyKind.NATURAL_PERSON:
        faults += _faults_of_person(desk, typed)
    return {fault.field or "name": sentence_of(fault) for fault in reversed(faults)}


def _faults_of_person(desk: Desk, typed: TypedCompany) -> list[InvalidInputError]:
    shared = {"phone": typed.fields.get("phone", "")} if "phone" in field_names(typed.kind, desk.purpose) else {}
    _fine, faults = contact_fields.check({**typed.person, **shared})
    faults += [] if typed.person.get("last_name", "").strip() else [OwnerNameMissingError(field="last_name")]
    return [*faults, *find_faults_of_source(origin=typed.origin, notice=typed.notice)]


def find_conflict(mine: TypedCompany, current: CompanyState) -> CompanyState | None:
    """Return the form with another person's changes beside what was typed, or None when nothing differs."""
    titles = {
        **{name: str(title) for name, title in FIELD_TITLES.items()},
        "owner": _("Betreuung"),
        "segment": _("Segment"),
        "parent": _("Gehört zu"),
    }
    found = conflict.find_conflict(
        mine=replace(mine, fields=entry.clean(mine.fields)).everything(),
        theirs=current.typed.everything(),
        before=mine.before,
        titles=titles,
        words=lambda name, value: current.owners.get(value, "") if name == "owner" else value,
    )
    if found is None:
        return None
    fields = {name: found.values[name] for name in current.typed.fields}
    typed = replace(
        current.typed, fields=fields, owner_id=found.values["owner"], segment=found.values["segment"], parent=found.values["parent"]
    )
    return replace(current, typed=typed, errors=found.errors, changes=found.changes)


def show_form(state: CompanyState) -> str:
    """Return the page."""
    is_person = state.typed.kind == CompanyKind.NATURAL_PERSON
    asked = state.questions
    form = CompanyFormView(
        action_url=url_for("companies.create") if state.is_new else url_for("companies.change", company_id=state.company_id),
        cancel_url=url_for("companies.index") if state.is_new else url_for("companies.show", company_id=state.company_id),
        is_new=state.is_new,
        fieldsets=fieldsets_of(
            state.desk.purpose, state.typed, owners=state.owners, segments=state.segments, errors=state.errors, is_new=state.is_new
        ),
        version=state.version,
        error=state.error or state.errors.get("purpose"),  # its field is hidden
        duplicates=tuple(
            SameCompany(name=each.name or "", city=each.city, url=url_for("companies.show", company_id=each.id)) for each in asked.same
        ),
        name_of_person=state.typed.fields["name"] if asked.is_person else "",
        confirmed_duplicate=asked.confirmed_duplicate,
        confirmed_name=asked.confirmed_name,
    )
    shown = len(state.typed.fields) if is_person and not state.is_new else 0
    strip = strip_of(state.desk, shown=shown)
    changed_by = str(CHANGED_BY[state.changer])
    return render_template(
        "companies/edit.html",
        form=form,
        strip=strip,
        purpose=state.desk.purpose.code,
        others_changes=state.changes,
        changed_by=changed_by,
    )
