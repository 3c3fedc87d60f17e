"""What the page of a case shows of the copy that it is about."""

from typing import Any

from flask import url_for

from crm.models.request_case import CaseKind
from crm.privacy.access.texts import Words
from crm.privacy.requests import granting
from crm.privacy.requests.facts import Refusal
from crm.services.requests.view import CaseView
from crm.site.i18n import _, current_language
from crm.site.view_models import FieldInput, Option
from crm.web.requests.words import REFUSALS


def copy_facts(view: CaseView) -> dict[str, Any]:
    """Return what is composed and what was decided; nothing where the case asks for no copy."""
    case = view.case
    if not CaseKind(case.kind).is_copy:
        return {"is_copy": False, "granted": False, "refused_on": None}
    words = Words(current_language())
    composed = view.composed
    return {
        "is_copy": True,
        "composed": composed,
        "copy_rows": tuple((words.table(table), count) for table, count in composed.tables.items()) if composed else (),
        "copy_url": url_for(".copy", case_id=case.id) if composed else None,
        "archive_url": url_for(".archive", case_id=case.id) if composed else None,
        "granted": view.file.granted,
        "refused_on": REFUSALS[Refusal(view.file.refusal["ground"])] if view.file.refusal else None,
        "refused_because": view.file.refusal.get("reason", ""),
    }


def words_field(typed: str, error: str | None) -> FieldInput:
    """Return the field for words that are taken out besides the people who are recognised."""
    return FieldInput(
        name="words",
        title=_("Außerdem schwärzen"),
        value=typed,
        kind="textarea",
        error=error,
        hint=_("Je Zeile ein Name oder eine Angabe über jemand anderen, die in einem Text steht (Art. 15 Abs. 4 DSGVO)."),
    )


def refusal_fields(ground: str, reason: str, *, ground_error: str | None, reason_error: str | None) -> tuple[FieldInput, ...]:
    """Return the fields of a refusal."""
    options = tuple(Option(each, str(REFUSALS[each])) for each in granting.REFUSALS)
    return (
        FieldInput(name="ground", title=_("Warum"), value=ground, kind="select", options=options, error=ground_error),
        FieldInput(
            name="refusal",
            title=_("Begründung"),
            value=reason,
            kind="textarea",
            required=True,
            error=reason_error,
            hint=_("Ein Satz, der so in der Antwort steht. Beweisen müssen wir es, nicht die Person."),
        ),
    )
