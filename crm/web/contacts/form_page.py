"""The page with the form for a contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from crm.db import Session
from crm.models.company import CompanyKind
from crm.models.contact import Contact
from crm.services.changers import Changer
from crm.services.companies.choosing import choice_title
from crm.services.companies.entry import find_company
from crm.services.companies.listing import find_segments
from crm.services.contacts.entry import ConsentFirstError, Likeness, LikenessReason
from crm.services.contacts.view import open_fields
from crm.services.forms import new_form_token
from crm.services.staff_names import find_account_id, find_staff_names
from crm.site.errors import sentence_of, status_of
from crm.site.i18n import _
from crm.site.view_models import ContactFormView, DuplicateView
from crm.site.words import FIELD_TITLES
from crm.web import conflict, custom_words
from crm.web.conflict import CHANGED_BY, OtherChange
from crm.web.contacts.form_fields import FormChoices, TypedContact, absent_titles, fieldsets_of
from crm.web.desk import Desk, person_strip, purpose_links, strip_of
from crm.web.names import full_name
from crm.web.typed import chosen_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """Everything the page shows."""

    desk: Desk
    typed: TypedContact
    choices: FormChoices
    is_new: bool
    subject_id: str = ""
    version: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    likenesses: Sequence[Likeness] = ()
    changes: tuple[OtherChange, ...] = ()
    changer: Changer = Changer.UNKNOWN

    @classmethod
    def of(
        cls,
        db: Session,
        desk: Desk,
        typed: TypedContact,
        *,
        is_new: bool,
        errors: Mapping[str, str] | None = None,
        likenesses: Sequence[Likeness] = (),
        subject_id: str = "",
        version: int = 0,
    ) -> "FormState":
        """Return the form with what can be chosen in it."""
        company = find_company(db, company_id=typed.company_id) if typed.company_id else None
        choices = FormChoices(
            owners=find_staff_names(db).choices(typed.owner_id),
            segments=find_segments(db),
            fixed_company=company is not None and company.kind == CompanyKind.NATURAL_PERSON,
            unbound=custom_words.titles_anywhere(db, typed.unbound) if typed.unbound else {},
        )
        return cls(
            desk=desk,
            typed=typed,
            choices=choices,
            is_new=is_new,
            errors=errors or {},
            likenesses=likenesses,
            subject_id=subject_id,
            version=version,
        )

    def refused(self, sentence: str) -> "FormState":
        """Return the form with a reason that belongs to no field."""
        return replace(self, error=sentence)

    def begun(self, *, fields: Mapping[str, str], company: str, origin: str) -> "FormState":
        """Return the form with what is known from elsewhere."""
        return replace(self, typed=replace(self.typed, fields=fields, company=company, origin=origin))


def open_for_new(db: Session, desk: Desk) -> FormState:
    """Return an empty form; the company may come from the page of the company."""
    company = find_company(db, company_id=chosen_id("company") or "")
    named = choice_title(company) if company and company.kind == CompanyKind.LEGAL_PERSON else ""
    typed = TypedContact(company=named, owner_id=find_account_id(db, desk.actor) or "", token=new_form_token())
    return FormState.of(db, desk, typed, is_new=True)


def open_for_change(db: Session, desk: Desk, subject_id: str) -> FormState:
    """Return the form with what the purpose opens; one entry.

    Raises: as the door says.
    """
    fields, contact = open_fields(db, subject_id=subject_id, purpose=desk.purpose, actor=desk.actor, now=desk.now)
    typed = TypedContact(
        fields={name: fields.get(name, "") for name in desk.purpose.fields}
        | {field.name: custom_words.in_form(field, fields.get(field.name, "")) for field in desk.purpose.custom},
        company=_company_title(db, contact),
        company_id=contact.company_id,
        owner_id=contact.owner_id or "",
        segment=contact.segment or "",
    )
    return FormState.of(db, desk, typed.opened(), is_new=False, subject_id=subject_id, version=contact.version)


def _company_title(db: Session, contact: Contact) -> str:
    company = find_company(db, company_id=contact.company_id) if contact.company_id else None
    return choice_title(company) if company else ""


def find_conflict(mine: TypedContact, current: FormState) -> FormState | None:
    """Return the form with another person's changes beside what was typed, or None when nothing differs."""
    titles = {
        **{name: str(title) for name, title in FIELD_TITLES.items()},
        **custom_words.titles_of([current.desk.purpose]),
        "company": _("Firma"),
        "owner": _("Betreuung"),
        "segment": _("Segment"),
    }
    found = conflict.find_conflict(
        mine=mine.everything(),
        theirs=current.typed.everything(),
        before=mine.before,
        titles=titles,
        words=lambda name, value: current.choices.owners.get(value, "") if name == "owner" else value,
    )
    if found is None:
        return None
    values = found.values
    fields = {name: values[name] for name in current.typed.fields}
    typed = replace(current.typed, fields=fields, company=values["company"], owner_id=values["owner"], segment=values["segment"])
    return replace(current, typed=typed, errors=found.errors, changes=found.changes)


def show_form(state: FormState) -> str:
    """Return the page."""
    back = url_for("contacts.index") if state.is_new else url_for("contacts.show", subject_id=state.subject_id)
    action = url_for("contacts.create") if state.is_new else url_for("contacts.change", subject_id=state.subject_id)
    form = ContactFormView(
        action_url=action,
        cancel_url=back,
        is_new=state.is_new,
        purpose=state.desk.purpose.code,
        fieldsets=fieldsets_of(state.desk.purpose, state.typed, state.choices, state.errors, is_new=state.is_new),
        version=state.version,
        error=state.error or state.errors.get("purpose"),  # its field is hidden
        absent=absent_titles(state.desk.purpose),
        duplicates=tuple(_duplicate(each) for each in state.likenesses),
    )
    changed_by = str(CHANGED_BY[state.changer])
    return render_template(
        "contacts/edit.html",
        form=form,
        strip=strip_of(state.desk, shown=0) if state.is_new else person_strip(state.desk, state.typed.before),
        card_url=url_for("contacts.from_card") if state.is_new else None,
        others_changes=state.changes,
        changed_by=changed_by,
    )


def show_no_ground(desk: Desk) -> ResponseReturnValue:
    """Say why this purpose takes in nobody, and name those of the role that do."""
    error = ConsentFirstError()
    offers = purpose_links(tuple(each for each in desk.own if not each.needs_consent))
    page = render_template(
        "contacts/refused.html", strip=strip_of(desk, shown=0), message=sentence_of(error), restricted=False, offers=offers, rights_url=None
    )
    return page, status_of(error)


def _duplicate(each: Likeness) -> DuplicateView:
    reasons = {
        LikenessReason.ADDRESS: _("gleiche E-Mail-Adresse oder Telefonnummer"),
        LikenessReason.NAME: _("ähnlicher Name"),
    }
    if each.person is None:
        return DuplicateView(name=_("Es gibt einen eingeschränkten Datensatz."), reason=reasons[each.reason])
    return DuplicateView(
        name=full_name(each.person.fields),
        reason=reasons[each.reason],
        company=each.company or None,
        url=url_for("contacts.show", subject_id=each.person.subject_id),
    )
