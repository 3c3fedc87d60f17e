"""The fields of the form for an activity, and what was typed into them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Final

from flask import url_for

from crm.errors import InvalidInputError
from crm.models.activity import ActivityKind
from crm.services.activities.entry import LONGEST_TEXT, ActivityEntry, DueTimeError
from crm.services.activities.listing import ShownActivity
from crm.services.forms import SentForm
from crm.services.matter import Matter
from crm.site.i18n import _, _l
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web.activities.words import KIND_TITLES
from crm.web.matter import chosen_matter
from crm.web.selects import with_chosen
from crm.web.typed import typed_day, typed_fields, typed_line

_BASE: Final = "was_"
TITLES: Final = {
    "kind": _l("Art"),
    "text": _l("Was ist zu tun?"),
    "due_on": _l("Bis wann?"),
    "due_time": _l("Uhrzeit"),
    "owner": _l("Wer?"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedActivity:
    """What is in the form.

    Attributes:
        matter: what it is about, as the page it was opened from said.
        company: name of a company, asked for where no page said anything.
        before: what stood in each field when the form was opened.
    """

    fields: Mapping[str, str]
    matter: Matter = field(default_factory=Matter)
    company: str = ""
    token: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def everything(self) -> dict[str, str]:
        """Return what can be changed, under the names of the form."""
        return {name: self[name] for name in TITLES}

    def opened(self) -> "TypedActivity":
        """Return the form as it is now as the state to compare with later."""
        return replace(self, before=self.everything())

    def sent(self, purpose: str) -> SentForm:
        """Return the new activity as a form that may come twice."""
        about = {"deal": self.matter.deal_id, "company": self.matter.company_id, "person": self.matter.subject_id}
        return SentForm(self.token, {**self.everything(), **{name: value or "" for name, value in about.items()}, "purpose": purpose})


def typed_activity() -> TypedActivity:
    """Return what this request sent."""
    return TypedActivity(
        fields=typed_fields(TITLES),
        matter=chosen_matter(),
        company=typed_line("company"),
        token=typed_line("token"),
        before=typed_fields(TITLES, prefix=_BASE),
    )


def stored_activity(shown: ShownActivity) -> TypedActivity:
    """Return the form with an activity as it is."""
    activity = shown.activity
    fields = {
        "kind": activity.kind,
        "text": shown.text or "",
        "due_on": activity.due_on.isoformat(),
        "due_time": activity.due_time.strftime("%H:%M") if activity.due_time else "",
        "owner": activity.owner_id,
    }
    return TypedActivity(fields=fields).opened()


def read_entry(typed: TypedActivity) -> tuple[ActivityEntry, list[InvalidInputError]]:
    """Return what the use cases take, and what is wrong with the time."""
    at, faults = None, list[InvalidInputError]()
    if typed["due_time"]:
        with suppress(ValueError):
            at = time.fromisoformat(typed["due_time"]).replace(second=0, microsecond=0, tzinfo=None)
        faults += [] if at else [DueTimeError(field="due_time")]
    entry = ActivityEntry(kind=typed["kind"], text=typed["text"], due_on=typed_day("due_on"), due_time=at, owner_id=typed["owner"] or None)
    return entry, faults


def fieldset_of(typed: TypedActivity, *, owners: Mapping[str, str], errors: Mapping[str, str], is_new: bool) -> FieldSet:
    """Return the fields."""
    kinds = tuple(Option(str(each), str(KIND_TITLES[each])) for each in ActivityKind)
    people = (Option("", _("bitte wählen")), *(Option(value, name) for value, name in owners.items()))

    def made(name: str, **more: object) -> FieldInput:
        return replace(FieldInput(name=name, title=str(TITLES[name]), value=typed[name], error=errors.get(name)), **more)  # type: ignore[arg-type]  # fields of FieldInput

    ask = FieldInput(
        name="company",
        title=_("Firma"),
        value=typed.company,
        kind="suggest",
        suggest_url=url_for("companies.suggest"),
        error=errors.get("company"),
        hint=_("Um eine Person geht es? Dann planen Sie auf ihrer Seite."),
    )
    about = (ask,) if is_new and typed.matter == Matter() else ()
    fields = (
        *about,
        made("text", required=True, max_length=LONGEST_TEXT, focus=is_new),
        made("kind", kind="select", options=with_chosen(kinds, typed["kind"])),
        made("due_on", kind="date", required=True, short=True),
        made("due_time", kind="time", short=True, hint=_("Leer: der ganze Tag.")),
        made("owner", kind="select", options=with_chosen(people, typed["owner"]), short=True),
    )
    return FieldSet(title=_("Aktivität"), fields=(*fields, *_hidden(typed, is_new=is_new)))


def _hidden(typed: TypedActivity, *, is_new: bool) -> list[FieldInput]:
    if not is_new:
        return [FieldInput(name=_BASE + name, title="", value=value, kind="hidden") for name, value in typed.before.items()]
    about = {"deal": typed.matter.deal_id, "company": typed.matter.company_id, "person": typed.matter.subject_id, "token": typed.token}
    return [FieldInput(name=name, title="", value=value, kind="hidden") for name, value in about.items() if value]
