"""The fields of a person on the page, by group; what is empty or not opened is not there."""

from collections.abc import Mapping

from flask import url_for

from crm.models.field_groups import FIELDS, FieldGroup
from crm.services.contacts.view import ContactView
from crm.site.access import may
from crm.site.i18n import _, in_language
from crm.site.view_models import FactsView, FactView
from crm.site.words import FIELD_TITLES, GROUP_TITLES
from crm.web.custom_words import in_words

_SINGLE = (
    (FieldGroup.IDENTITY,),
    (FieldGroup.EMAIL, FieldGroup.PHONE),
    (FieldGroup.POSITION, FieldGroup.BIRTH_DATE),
)


def make_facts(view: ContactView, *, owner: str | None) -> FactsView:
    """Return the columns: who, how to reach, what they do."""
    fields = view.person.fields
    who, reach, work = (tuple(_single(fields, groups)) for groups in _SINGLE)
    return FactsView(columns=(who, (*reach, *_address(fields)), (*work, *_custom(view), *_record(view, owner))))


def _single(fields: Mapping[str, str], groups: tuple[FieldGroup, ...]) -> list[FactView]:
    names = [name for group in groups for name in FIELDS[group] if fields.get(name)]
    return [FactView(title=str(FIELD_TITLES[name]), lines=(fields[name],), fields=(name,)) for name in names]


def _custom(view: ContactView) -> list[FactView]:
    fields = view.person.fields
    return [
        FactView(title=in_language(each.title), lines=(in_words(each, fields[each.name]),), fields=(each.name,))
        for each in view.purpose.custom
        if fields.get(each.name)
    ]


def _address(fields: Mapping[str, str]) -> tuple[FactView, ...]:
    filled = tuple(name for name in FIELDS[FieldGroup.ADDRESS] if fields.get(name))
    if not filled:
        return ()
    place = " ".join(fields[name] for name in ("postal_code", "city") if fields.get(name))
    lines = tuple(line for line in (fields.get("street"), place, fields.get("country")) if line)
    return (FactView(title=str(GROUP_TITLES[FieldGroup.ADDRESS]), lines=lines, fields=filled),)


def company_fact(view: ContactView) -> FactView | None:
    """Return the company; a sole trader's bears a person's name, so only its kind is said here."""
    company_id = view.contact.company_id
    if not company_id:
        return None
    url = url_for("companies.show", company_id=company_id) if may("companies.show") else None
    return FactView(title=_("Firma"), lines=(view.company or _("Einzelunternehmen"),), url=url)


def _record(view: ContactView, owner: str | None) -> list[FactView]:
    facts = [company_fact(view)]
    if owner:
        facts.append(FactView(title=_("Betreuung"), lines=(owner,)))
    if view.contact.segment:
        facts.append(FactView(title=_("Segment"), lines=(view.contact.segment,)))
    return [fact for fact in facts if fact]
