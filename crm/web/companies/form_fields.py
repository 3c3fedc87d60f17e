"""The fields of the form for a company, and what was typed into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from flask import url_for

from crm.models.company import COMPANY_FIELDS, CompanyKind
from crm.models.field_groups import COMPANY_GROUP, FieldGroup
from crm.privacy.collection import Notice
from crm.privacy.purposes import Purpose
from crm.services.companies.entry import CompanyEntry, longest_of
from crm.services.contacts.fields import LONGEST
from crm.services.forms import SentForm
from crm.site.i18n import _
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.view_models.controls import FieldKind
from crm.site.words import FIELD_TITLES
from crm.web.belonging import belonging_fields
from crm.web.contacts.form_fields import origin_fieldset
from crm.web.typed import typed_line

_KINDS: Final[Mapping[str, FieldKind]] = {"phone": "tel"}
_PERSON: Final = ("salutation", "first_name", "last_name", "email")
_BASE: Final = "was_"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCompany:
    """What is in the form.

    Attributes:
        person: the owner of a sole trader's business; asked for only when it is new.
        parent: the company it belongs to, as a form names it; of a legal person alone.
        before: what stood in each field when the form was opened, to tell own changes from those of others.
    """

    kind: str = CompanyKind.LEGAL_PERSON
    fields: Mapping[str, str] = field(default_factory=dict)
    person: Mapping[str, str] = field(default_factory=dict)
    owner_id: str = ""
    segment: str = ""
    parent: str = ""
    origin: str = ""
    notice: str = Notice.DUE
    token: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def everything(self) -> dict[str, str]:
        """Return what can be changed, under the names of the form."""
        return {**self.fields, "owner": self.owner_id, "segment": self.segment, "parent": self.parent}

    def sent(self, purpose: Purpose) -> SentForm:
        """Return the new company as a form that may come twice; what the owner is called is apart from the company's fields."""
        owner = {f"owner_{name}": value for name, value in self.person.items()}
        source = {"kind": self.kind, "origin": self.origin, "notice": self.notice, "purpose": purpose.code}
        return SentForm(self.token, {**self.everything(), **owner, **source})

    def opened(self) -> "TypedCompany":
        """Return the form as it is now as the state to compare with later."""
        return replace(self, before=self.everything())

    def entry(self, *, parent_id: str | None) -> CompanyEntry:
        """Return what the use cases take."""
        return CompanyEntry(fields=self.fields, segment=self.segment or None, owner_id=self.owner_id or None, parent_id=parent_id)


def field_names(kind: str, purpose: Purpose | None) -> tuple[str, ...]:
    """Return the fields of the form; for a sole trader those that the purpose opens."""
    if kind != CompanyKind.NATURAL_PERSON:
        return COMPANY_FIELDS
    groups = purpose.groups if purpose else ()
    return tuple(name for name in COMPANY_FIELDS if COMPANY_GROUP[name] in groups)


def typed_company(purpose: Purpose, *, kind: str | None = None) -> TypedCompany:
    """Return what this request sent; the kind of a company that exists is not asked for."""
    chosen = kind or typed_line("kind")
    names = field_names(chosen, purpose)
    return TypedCompany(
        kind=chosen,
        fields={name: typed_line(name) for name in names},
        person={name: typed_line(name) for name in person_names(purpose)} if kind is None else {},
        owner_id=typed_line("owner"),
        segment=typed_line("segment"),
        parent=typed_line("parent") if chosen == CompanyKind.LEGAL_PERSON else "",
        origin=typed_line("origin"),
        notice=typed_line("notice"),
        token=typed_line("token"),
        before={name: typed_line(_BASE + name) for name in (*names, "owner", "segment", "parent")},
    )


def person_names(purpose: Purpose) -> tuple[str, ...]:
    """Return the fields of the owner that the purpose collects."""
    return tuple(name for name in _PERSON if name != "email" or FieldGroup.EMAIL in purpose.groups)


def fieldsets_of(
    purpose: Purpose, typed: TypedCompany, *, owners: Mapping[str, str], segments: Sequence[str], errors: Mapping[str, str], is_new: bool
) -> tuple[FieldSet, ...]:
    """Return the company's fields, then what it belongs to; for a new one also who is behind it."""
    sets = [FieldSet(title=_("Firma"), fields=tuple(_company_fields(purpose, typed, errors, is_new=is_new)))]
    if is_new:
        sets.append(
            FieldSet(
                title=_("Inhaberin oder Inhaber"),
                hint=_(
                    "Nur bei Einzelunternehmen und freien Berufen: Dann ist die Firma ein Mensch, und alle Angaben sind personenbezogen."
                ),
                fields=tuple(_input(name, typed.person.get(name, ""), errors, LONGEST) for name in person_names(purpose)),
            )
        )
    belonging = belonging_fields(owner_id=typed.owner_id, segment=typed.segment, owners=owners, segments=segments, errors=errors)
    above = [_parent(typed, errors)] if is_new or typed.kind == CompanyKind.LEGAL_PERSON else []
    sets.append(FieldSet(title=_("Zuordnung"), fields=(*above, *belonging, *_hidden(typed, is_new=is_new))))
    if is_new:
        sets.append(origin_fieldset(origin=typed.origin, notice=typed.notice, errors=errors, required=False))
    return tuple(sets)


def _parent(typed: TypedCompany, errors: Mapping[str, str]) -> FieldInput:
    return FieldInput(
        name="parent",
        title=_("Gehört zu (Muttergesellschaft)"),
        value=typed.parent,
        kind="suggest",
        suggest_url=url_for("companies.suggest"),
        hint=_("Tippen Sie den Anfang des Namens und wählen Sie aus der Liste."),
        error=errors.get("parent"),
    )


def _company_fields(purpose: Purpose, typed: TypedCompany, errors: Mapping[str, str], *, is_new: bool) -> list[FieldInput]:
    kinds = (
        Option(CompanyKind.LEGAL_PERSON, _("Gesellschaft (GmbH, AG, KG, Verein, Behörde …)")),
        Option(CompanyKind.NATURAL_PERSON, _("Einzelunternehmen oder freier Beruf")),
    )
    asked = FieldInput(
        name="kind", title=_("Wer steht dahinter?"), value=typed.kind, kind="select", options=kinds, error=errors.get("kind")
    )
    kind = [asked] if is_new else []
    names = COMPANY_FIELDS if is_new else field_names(typed.kind, purpose)
    return [*kind, *(_input(name, typed.fields.get(name, ""), errors, longest_of(name), required=name == "name") for name in names)]


def _input(name: str, value: str, errors: Mapping[str, str], longest: int, *, required: bool = False) -> FieldInput:
    return FieldInput(
        name=name,
        title=str(FIELD_TITLES[name]),
        value=value,
        kind=_KINDS.get(name, "text"),
        error=errors.get(name),
        max_length=longest,
        short=name in ("postal_code", "salutation"),
        required=required,
    )


def _hidden(typed: TypedCompany, *, is_new: bool) -> list[FieldInput]:
    if is_new:
        return [FieldInput(name="token", title="", value=typed.token, kind="hidden")]
    return [FieldInput(name=_BASE + name, title="", value=value, kind="hidden") for name, value in typed.before.items()]
