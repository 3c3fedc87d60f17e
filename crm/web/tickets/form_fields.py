"""The fields of the form for a ticket, and what was typed into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from flask import url_for

from crm.services.forms import SentForm
from crm.services.tickets.entry import LONGEST_SUBJECT, TicketFacts
from crm.services.tickets.shown import ShownTicket
from crm.services.work_rules import WorkRules
from crm.site.i18n import _, _l, in_language
from crm.site.view_models import FieldInput, FieldSet, Option
from crm.web.selects import with_chosen
from crm.web.typed import typed_line

_BASE: Final = "was_"
TITLES: Final = {"subject": _l("Worum geht es?"), "topic": _l("Thema"), "priority": _l("Priorität"), "owner": _l("Zuständig")}
_OF_NEW: Final = ("company", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTicket:
    """What is in the form.

    Attributes:
        before: what stood in each field when the form was opened, to tell own changes from those of others.
    """

    fields: Mapping[str, str]
    token: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def everything(self) -> dict[str, str]:
        """Return what can be changed, under the names of the form."""
        return {name: self[name] for name in TITLES}

    def with_fields(self, **fields: str) -> "TypedTicket":
        """Return the form with other contents in these fields."""
        return replace(self, fields={**self.fields, **fields})

    def facts(self) -> TicketFacts:
        """Return what the use cases take."""
        return TicketFacts(subject=self["subject"], topic=self["topic"] or None, priority=self["priority"], owner_id=self["owner"] or None)

    def sent(self, purpose: str) -> SentForm:
        """Return the new ticket as a form that may come twice."""
        return SentForm(self.token, {**self.everything(), **{name: self[name] for name in _OF_NEW}, "purpose": purpose})


def typed_ticket() -> TypedTicket:
    """Return what this request sent."""
    return TypedTicket(
        fields={name: typed_line(name) for name in (*TITLES, *_OF_NEW)},
        token=typed_line("token"),
        before={name: typed_line(_BASE + name) for name in TITLES},
    )


def stored_ticket(shown: ShownTicket) -> TypedTicket:
    """Return the form with a ticket as it is."""
    ticket = shown.ticket
    fields = {
        "subject": shown.subject or "",
        "topic": ticket.topic or "",
        "priority": ticket.priority,
        "owner": ticket.owner_id or "",
    }
    return TypedTicket(fields=fields, before=fields)


def fieldsets_of(
    typed: TypedTicket, *, rules: WorkRules, owners: Mapping[str, str], errors: Mapping[str, str], is_new: bool
) -> tuple[FieldSet, ...]:
    """Return what it is about, how urgent it is and who answers for it."""
    subject = FieldInput(
        name="subject",
        title=str(TITLES["subject"]),
        value=typed["subject"],
        error=errors.get("subject"),
        max_length=LONGEST_SUBJECT,
        required=True,
    )
    company = FieldInput(
        name="company",
        title=_("Firma"),
        value=typed["company"],
        error=errors.get("company"),
        kind="suggest",
        suggest_url=url_for("companies.suggest"),
        hint=_("Anfang des Namens tippen."),
    )
    topics = {"": _("ohne"), **{code: in_language(each.title) for code, each in rules.topics.items()}}
    priorities = {code: in_language(each.title) for code, each in rules.priorities.items()}
    belonging = [
        _select(typed, errors, "topic", topics),
        _select(typed, errors, "priority", priorities),
        _select(typed, errors, "owner", {"": _("niemand"), **owners}),
    ]
    hidden = {"token": typed.token} if is_new else {_BASE + name: value for name, value in typed.before.items()}
    belonging += [FieldInput(name=name, title="", value=value, kind="hidden") for name, value in hidden.items()]
    return (
        FieldSet(title=_("Anliegen"), fields=(subject, company) if is_new else (subject,)),
        FieldSet(title=_("Zuordnung"), fields=tuple(belonging)),
    )


def _select(typed: TypedTicket, errors: Mapping[str, str], name: str, choices: Mapping[str, str]) -> FieldInput:
    options = with_chosen(tuple(Option(value, title) for value, title in choices.items()), typed[name])
    return FieldInput(name=name, title=str(TITLES[name]), value=typed[name], kind="select", options=options, error=errors.get(name))
