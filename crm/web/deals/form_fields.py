"""The fields of the form for a deal, and what was typed into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from flask import url_for

from crm.models.company import Company
from crm.services.companies.choosing import choice_title
from crm.services.deals.entry import LONGEST_TITLE
from crm.services.deals.shown import ShownDeal
from crm.services.forms import SentForm
from crm.services.work_rules import WorkRules
from crm.site.i18n import _, _l, in_language
from crm.site.money import typed_money
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web.selects import with_chosen
from crm.web.typed import typed_fields, typed_line

_BASE: Final = "was_"
TITLES: Final = {
    "title": _l("Titel"),
    "company": _l("Firma"),
    "person": _l("Person"),
    "owner": _l("Verantwortlich"),
    "stage": _l("Stufe"),
    "amount": _l("Betrag in Euro"),
    "probability": _l("Wahrscheinlichkeit in Prozent"),
    "product": _l("Produkt"),
    "region": _l("Region"),
    "expected_on": _l("Abschluss erwartet am"),
}
_CHANGEABLE: Final = tuple(name for name in TITLES if name != "stage")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedDeal:
    """What is in the form.

    Attributes:
        fields: by the names of `TITLES`.
        before: what stood in each field when the form was opened, to tell own changes from those of others.
    """

    fields: Mapping[str, str]
    token: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def everything(self) -> dict[str, str]:
        """Return what can be changed, under the names of the form."""
        return {name: self[name] for name in _CHANGEABLE}

    def opened(self) -> "TypedDeal":
        """Return the form as it is now as the state to compare with later."""
        return replace(self, before=self.everything())

    def with_fields(self, **fields: str) -> "TypedDeal":
        """Return the form with other contents in these fields."""
        return replace(self, fields={**self.fields, **fields})

    def sent(self, purpose: str) -> SentForm:
        """Return the new deal as a form that may come twice."""
        return SentForm(self.token, {**self.everything(), "stage": self["stage"], "purpose": purpose})


def typed_deal() -> TypedDeal:
    """Return what this request sent."""
    return TypedDeal(
        fields=typed_fields(TITLES),
        token=typed_line("token"),
        before=typed_fields(_CHANGEABLE, prefix=_BASE),
    )


def stored_deal(shown: ShownDeal, company: Company | None, rules: WorkRules) -> TypedDeal:
    """Return the form with a deal as it is; the probability stays empty where it is the stage's."""
    deal, stage = shown.deal, rules.stages.get(shown.deal.stage)
    follows = stage is not None and deal.probability == stage.probability
    fields = {
        "title": shown.title or "",
        "company": choice_title(company) if company and company.name else "",
        "person": deal.subject_id or "",
        "owner": deal.owner_id or "",
        "stage": deal.stage,
        "amount": typed_money(deal.amount_cents),
        "probability": "" if follows else str(deal.probability),
        "product": deal.product or "",
        "region": deal.region or "",
        "expected_on": deal.expected_on.isoformat(),
    }
    return TypedDeal(fields=fields).opened()


def fieldsets_of(
    typed: TypedDeal, *, rules: WorkRules, owners: Mapping[str, str], errors: Mapping[str, str], is_new: bool
) -> tuple[FieldSet, ...]:
    """Return what is sold, for how much and when, and who answers for it."""
    what = [
        _input(typed, errors, "title", max_length=LONGEST_TITLE, required=True),
        _input(typed, errors, "company", kind="suggest", suggest_url=url_for("companies.suggest"), hint=_("Anfang des Namens tippen.")),
    ]
    stages = {code: in_language(each.title) for code, each in rules.stages.items() if not each.ends}
    figures = [
        _input(typed, errors, "amount", short=True, required=True, max_length=20),
        _input(typed, errors, "expected_on", kind="date", short=True, required=True),
        _input(typed, errors, "probability", short=True, max_length=3, hint=_("Leer: wie die Stufe.")),
    ]
    begin = [_select(typed, errors, "stage", stages, empty=None)] if is_new else []
    belonging = [
        *begin,
        _select(typed, errors, "owner", owners, empty=_("niemand")),
        _select(typed, errors, "product", {each: each for each in rules.products}, empty=_("ohne")),
        _select(typed, errors, "region", {each: each for each in rules.regions}, empty=_("ohne")),
        *_hidden(typed, is_new=is_new),
    ]
    return (
        FieldSet(title=_("Worum es geht"), fields=tuple(what)),
        FieldSet(title=_("Wert und Zeitpunkt"), fields=tuple(figures)),
        FieldSet(title=_("Zuordnung"), fields=tuple(belonging)),
    )


def _input(typed: TypedDeal, errors: Mapping[str, str], name: str, **more: object) -> FieldInput:
    return replace(FieldInput(name=name, title=str(TITLES[name]), value=typed[name], error=errors.get(name)), **more)  # type: ignore[arg-type]  # fields of FieldInput


def _select(typed: TypedDeal, errors: Mapping[str, str], name: str, choices: Mapping[str, str], *, empty: str | None) -> FieldInput:
    options = tuple(Option(value, title) for value, title in choices.items())
    first = () if empty is None else (Option("", empty),)
    return FieldInput(
        name=name,
        title=str(TITLES[name]),
        value=typed[name],
        kind="select",
        options=with_chosen((*first, *options), typed[name]),
        error=errors.get(name),
    )


def _hidden(typed: TypedDeal, *, is_new: bool) -> list[FieldInput]:
    if is_new:
        return [FieldInput(name="token", title="", value=typed.token, kind="hidden")]
    return [FieldInput(name=_BASE + name, title="", value=value, kind="hidden") for name, value in typed.before.items()]
