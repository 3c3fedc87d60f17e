"""What the page of a case shows of those to whom the data have gone, and the forms that tick them off."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.models.request_case import CaseState
from crm.privacy.requests import acts
from crm.privacy.requests.acts import Act
from crm.privacy.requests.recipients import Recipient, RecipientKind
from crm.privacy.requests.texts import LONGEST
from crm.services.requests.view import CaseView
from crm.site.i18n import _, day, in_language
from crm.site.view_models import FieldInput
from crm.site.visitor import current_actor
from crm.web.desk import current_day
from crm.web.requests.claim_view import Typed

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientLine:
    """One recipient: who it is, how we know, and what proves that they were told, or the form for it."""

    key: str
    name: str
    told_on: date | None
    proof: str
    fields: tuple[FieldInput, ...]


def recipient_facts(view: CaseView, typed: Typed) -> dict[str, Any]:
    """Return the recipients once something was decided about them; nothing while a case is open or for a copy."""
    case, role = view.case, current_actor().role
    may_tell = acts.may(Act.TELL_RECIPIENT, role=role, state=case.state, kind=case.kind) and not _is_without_effect(view)
    titles = {each.code: in_language(each.title) for each in view.purposes}
    lines = tuple(_line(each, titles, typed) for each in view.file.recipients)
    return {
        "shows_recipients": bool(lines) or may_tell,
        "recipients": lines,
        "may_tell": may_tell,
        "recipient_name": FieldInput(
            name="recipient-name",
            title=_("Wer hat die Daten noch?"),
            value=typed.value("recipient-name"),
            error=typed.error("recipient-name"),
            max_length=_LONGEST_NAME,
            hint=_("Zum Beispiel eine Spedition oder ein Lettershop, von dem nur Sie wissen."),
        ),
    }


def _is_without_effect(view: CaseView) -> bool:
    """Say whether nothing was rectified, erased or restricted, so that there is nothing to tell anybody."""
    settled, erased = view.file.settled, view.case.executed_at is not None
    followed = settled is not None and settled.verdict != "refused"
    return view.case.state == CaseState.OPEN or bool(view.file.stopped) or not (followed or erased)


def _line(recipient: Recipient, titles: dict[str, str], typed: Typed) -> RecipientLine:
    told_on = date.fromisoformat(recipient.told_on) if recipient.told_on else None
    return RecipientLine(
        key=recipient.key,
        name=_name(recipient, titles),
        told_on=told_on,
        proof=recipient.proof,
        fields=() if told_on else _fields(recipient.key, typed),
    )


def _name(recipient: Recipient, titles: dict[str, str]) -> str:
    purpose = titles.get(recipient.purpose, recipient.purpose)
    since = day(date.fromisoformat(recipient.since)) if recipient.since else ""
    if recipient.kind == RecipientKind.EXPORT:
        return _("Wer die Datei hat, die am %(day)s abgeholt wurde (%(purpose)s)", day=since, purpose=purpose)
    if recipient.kind == RecipientKind.CARD:
        return _("Wer die Visitenkarte hat, die am %(day)s gespeichert wurde (%(purpose)s)", day=since, purpose=purpose)
    return _("%(name)s (%(purpose)s)", name=recipient.name, purpose=purpose) if purpose else recipient.name


def _fields(key: str, typed: Typed) -> tuple[FieldInput, ...]:
    on, proof = f"recipient-day-{key}", f"recipient-proof-{key}"
    return (
        FieldInput(
            name=on,
            title=_("Mitgeteilt am"),
            value=typed.value(on, current_day().isoformat()),
            kind="date",
            short=True,
            error=typed.error(on),
        ),
        FieldInput(name=proof, title=_("Beleg"), value=typed.value(proof), error=typed.error(proof), max_length=LONGEST),
    )
