"""The fields of the form for a contact, and what was typed into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from flask import request, url_for

from crm.models.custom_field import CustomFieldKind
from crm.models.field_groups import FIELDS, FieldGroup
from crm.privacy.collection import Notice
from crm.privacy.custom_fields import is_custom
from crm.privacy.purposes import Purpose
from crm.services.contacts.fields import LONGEST
from crm.services.forms import SentForm
from crm.site.i18n import _, _l
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.site.view_models.controls import FieldKind
from crm.site.words import FIELD_TITLES, GROUP_TITLES
from crm.web import custom_words
from crm.web.belonging import belonging_fields
from crm.web.typed import chosen_id, typed_day_line, typed_line

_KINDS: Final[Mapping[str, FieldKind]] = {"email": "email", "phone": "tel", "mobile": "tel", "birth_date": "date"}
_SHORT: Final = frozenset({"salutation", "title", "postal_code"})
_PARTS: Final = (
    (GROUP_TITLES["identity"], (FieldGroup.IDENTITY,)),
    (_l("Erreichbar"), (FieldGroup.EMAIL, FieldGroup.PHONE)),
    (GROUP_TITLES["address"], (FieldGroup.ADDRESS,)),
    (GROUP_TITLES["position"], (FieldGroup.POSITION,)),
    (GROUP_TITLES["birth_date"], (FieldGroup.BIRTH_DATE,)),
)
_BASE: Final = "was_"  # what stood there when the form was opened


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedContact:
    """What is in the form.

    Attributes:
        company: as typed; `company_id` is what it stood for when the form was opened.
        before: what stood in each field when the form was opened, to tell own changes from those of others.
        unbound: values of custom fields that were taken off the purpose while the form was open; nobody may keep them here.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    company: str = ""
    company_id: str | None = None
    owner_id: str = ""
    segment: str = ""
    origin: str = ""
    notice: str = Notice.DUE
    token: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    unbound: Mapping[str, str] = field(default_factory=dict)

    def everything(self) -> dict[str, str]:
        """Return what can be changed, under the names of the form."""
        return {**self.fields, "company": self.company, "owner": self.owner_id, "segment": self.segment}

    def sent(self, purpose: Purpose) -> SentForm:
        """Return the new contact as a form that may come twice."""
        return SentForm(self.token, {**self.everything(), "origin": self.origin, "notice": self.notice, "purpose": purpose.code})

    def opened(self) -> "TypedContact":
        """Return the form as it is now as the state to compare with later."""
        return replace(self, before=self.everything())


def typed_contact(purpose: Purpose) -> TypedContact:
    """Return what this request sent; fields that the purpose does not collect are not read."""
    names = purpose.fields
    days = {each.name for each in purpose.custom if each.kind is CustomFieldKind.DATE}
    unbound = [name for name in request.form if is_custom(name) and name not in names and typed_line(name) != typed_line(_BASE + name)]
    return TypedContact(
        fields={name: typed_day_line(name) if name in days else typed_line(name) for name in names},
        company=typed_line("company"),
        company_id=chosen_id("company_id"),
        owner_id=typed_line("owner"),
        segment=typed_line("segment"),
        origin=typed_line("origin"),
        notice=typed_line("notice"),
        token=typed_line("token"),
        before={name: typed_line(_BASE + name) for name in (*names, *unbound, "company", "owner", "segment")},
        unbound={name: value for name in unbound if (value := typed_line(name))},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoices:
    """What can be chosen in the form.

    Attributes:
        fixed_company: the person is a sole trader; whose company it is does not change here.
        unbound: titles of the fields of `TypedContact.unbound`.
    """

    owners: Mapping[str, str]
    segments: Sequence[str]
    fixed_company: bool = False
    unbound: Mapping[str, str] = field(default_factory=dict)


def fieldsets_of(
    purpose: Purpose, typed: TypedContact, choices: FormChoices, errors: Mapping[str, str], *, is_new: bool
) -> tuple[FieldSet, ...]:
    """Return the fields of the purpose's groups, then what the record belongs to and where it comes from."""
    parts = [(title, [group for group in groups if group in purpose.groups]) for title, groups in _PARTS]
    sets = [
        FieldSet(title=str(title), fields=tuple(_input(name, typed, errors) for group in groups for name in FIELDS[group]))
        for title, groups in parts
        if groups
    ]
    if own := (*_custom_inputs(purpose, typed, errors), *_unbound_inputs(typed, choices, errors)):
        hint = _("Von Ihrer Datenschutzkoordination angelegt; jeder Wert geht von selbst, wenn seine Frist um ist.")
        sets.append(FieldSet(title=_("Eigene Felder"), fields=own, hint=hint))
    sets.append(FieldSet(title=_("Zuordnung"), fields=(*_belonging(typed, choices, errors), *_hidden(typed, is_new=is_new))))
    if is_new:
        sets.append(origin_fieldset(origin=typed.origin, notice=typed.notice, errors=errors, required=True))
    return tuple(sets)


def absent_titles(purpose: Purpose) -> tuple[str, ...]:
    """Return what the purpose does not collect."""
    return tuple(str(GROUP_TITLES[group]) for group in FIELDS if group not in purpose.groups)


def _input(name: str, typed: TypedContact, errors: Mapping[str, str]) -> FieldInput:
    return FieldInput(
        name=name,
        title=str(FIELD_TITLES[name]),
        value=typed.fields.get(name, ""),
        kind=_KINDS.get(name, "text"),
        error=errors.get(name),
        max_length=LONGEST,
        short=name in _SHORT,
    )


def _custom_inputs(purpose: Purpose, typed: TypedContact, errors: Mapping[str, str]) -> list[FieldInput]:
    """Return the inputs of the purpose's own fields; of a retired one only where there is something to remove."""
    values, before = typed.fields, typed.before
    return [
        custom_words.input_of(each, values.get(each.name, ""), before=before.get(each.name, ""), error=errors.get(each.name))
        for each in purpose.custom
        if not each.is_retired or before.get(each.name) or values.get(each.name)
    ]


def _unbound_inputs(typed: TypedContact, choices: FormChoices, errors: Mapping[str, str]) -> list[FieldInput]:
    """Return what was typed into fields that are none of the purpose's any more; it must not vanish without a sentence."""
    return [
        FieldInput(name=name, title=choices.unbound[name], value=value, error=errors.get(name)) for name, value in typed.unbound.items()
    ]


def _belonging(typed: TypedContact, choices: FormChoices, errors: Mapping[str, str]) -> list[FieldInput]:
    company = FieldInput(
        name="company",
        title=_("Firma"),
        value=typed.company,
        kind="suggest",
        suggest_url=url_for("companies.suggest"),
        hint=_("Tippen Sie den Anfang des Namens und wählen Sie aus der Liste."),
        error=errors.get("company"),
    )
    return [
        *([] if choices.fixed_company else [company]),
        *belonging_fields(owner_id=typed.owner_id, segment=typed.segment, owners=choices.owners, segments=choices.segments, errors=errors),
    ]


def _hidden(typed: TypedContact, *, is_new: bool) -> list[FieldInput]:
    if is_new:
        return [FieldInput(name="token", title="", value=typed.token, kind="hidden")]
    base = [FieldInput(name=_BASE + name, title="", value=value, kind="hidden") for name, value in typed.before.items()]
    return [*base, FieldInput(name="company_id", title="", value=typed.company_id or "", kind="hidden")]


def origin_fieldset(*, origin: str, notice: str, errors: Mapping[str, str], required: bool) -> FieldSet:
    """Return where the data come from, and whether the person was told; every person who is taken in needs both."""
    known = (
        _("Visitenkarte"),
        _("Messe"),
        _("Anruf der Person"),
        _("E-Mail der Person"),
        _("Website der Firma"),
        _("Empfehlung"),
    )
    notices = (
        Option(Notice.DUE, _("noch nicht; spätestens in einem Monat")),
        Option(Notice.GIVEN, _("ja, die Person hat die Datenschutzhinweise bekommen")),
    )
    return FieldSet(
        title=_("Herkunft"),
        hint=_("Die Person darf erfahren, woher ihre Daten stammen und wozu sie dienen (Art. 13, 14 DSGVO)."),
        fields=(
            FieldInput(
                name="origin",
                title=_("Woher stammen die Daten?"),
                value=origin,
                kind="suggest",
                options=tuple(Option(each, each) for each in known),
                required=required,
                max_length=LONGEST,
                error=errors.get("origin"),
            ),
            FieldInput(
                name="notice",
                title=_("Ist die Person informiert?"),
                value=notice,
                kind="select",
                options=notices,
                error=errors.get("notice"),
            ),
        ),
    )
