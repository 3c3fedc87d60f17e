"""What a person is at companies: the section of the contact page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import url_for

from crm.db import Session
from crm.services import affiliations, work_rules
from crm.services.affiliations import ShownAffiliation
from crm.services.work_rules import WorkRules
from crm.site.access import may
from crm.site.i18n import _, in_language
from crm.site.view_models import FieldInput, Option
from crm.web.desk import Desk


@dataclass(frozen=True, slots=True)
class AffiliationLine:
    """One role; the urls are None for whom the page offers neither."""

    capacity: str
    company: str
    company_url: str | None
    end_url: str | None


@dataclass(frozen=True, slots=True)
class AffiliationsView:
    """The section. `fields` is empty for who may enter no role."""

    lines: tuple[AffiliationLine, ...]
    fields: tuple[FieldInput, ...]
    begin_url: str
    purpose: str


@dataclass(frozen=True, slots=True)
class TypedAffiliation:
    """What was typed, and what is wrong with it."""

    company: str = ""
    capacity: str = ""
    wrong_field: str = ""
    error: str = ""


NOTHING_TYPED: Final = TypedAffiliation()


def affiliations_of(db: Session, desk: Desk, subject_id: str, typed: TypedAffiliation) -> AffiliationsView | None:
    """Return the section; None where the purpose has no use for what somebody works as."""
    if affiliations.GROUP not in desk.purpose.groups:
        return None
    found, rules, writes = affiliations.find_of_person(db, subject_id=subject_id), work_rules.find(db), may("contacts.begin_affiliation")
    return AffiliationsView(
        lines=_lines(found, rules, subject_id, writes=writes),
        fields=_fields(typed, rules) if writes else (),
        begin_url=url_for("contacts.begin_affiliation", subject_id=subject_id),
        purpose=desk.purpose.code,
    )


def _lines(found: Sequence[ShownAffiliation], rules: WorkRules, subject_id: str, *, writes: bool) -> tuple[AffiliationLine, ...]:
    opens = may("companies.show")
    return tuple(
        AffiliationLine(
            capacity=in_language(rules.capacities[each.capacity].title) if each.capacity in rules.capacities else each.capacity,
            company=each.company or _("Einzelunternehmen"),
            company_url=url_for("companies.show", company_id=each.company_id) if opens else None,
            end_url=url_for("contacts.end_affiliation", subject_id=subject_id, affiliation_id=each.id) if writes else None,
        )
        for each in found
    )


def _fields(typed: TypedAffiliation, rules: WorkRules) -> tuple[FieldInput, ...]:
    wrong = {typed.wrong_field: typed.error} if typed.error else {}
    choices = tuple(Option(code, in_language(each.title)) for code, each in rules.capacities.items())
    return (
        FieldInput(
            name="company",
            title=_("Firma"),
            value=typed.company,
            kind="suggest",
            suggest_url=url_for("companies.suggest"),
            error=wrong.get("company"),
        ),
        FieldInput(name="capacity", title=_("Rolle"), value=typed.capacity, kind="select", options=choices, error=wrong.get("capacity")),
    )
