"""Custom fields for people to read: titles and values in the reader's language, and their inputs in forms."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from crm.db import Session
from crm.models.custom_field import CustomFieldKind
from crm.privacy.custom_fields import LONGEST, CustomField, find_titles
from crm.privacy.purposes import Purpose
from crm.site.i18n import _, current_language, day, in_language, number
from crm.site.view_models import FieldInput, Option
from crm.site.view_models.controls import FieldKind

_INPUTS: Final[dict[CustomFieldKind, FieldKind]] = {CustomFieldKind.DATE: "date", CustomFieldKind.CHOICE: "select"}


def titles_of(purposes: Iterable[Purpose]) -> dict[str, str]:
    """Return what the custom fields of these purposes are called, by name."""
    return {field.name: in_language(field.title) for purpose in purposes for field in purpose.custom}


def titles_anywhere(db: Session, names: Iterable[str]) -> dict[str, str]:
    """Return what custom fields are called, whatever they are bound to, and also after they were retired."""
    known = find_titles(db)
    return {name: in_language(known[name]) if name in known else name for name in names}


def in_words(field: CustomField, value: str) -> str:
    """Return a value as pages show it."""
    if field.kind is CustomFieldKind.NUMBER:
        return number(float(value))
    return day(date.fromisoformat(value)) if field.kind is CustomFieldKind.DATE else value


def in_form(field: CustomField, value: str) -> str:
    """Return a value as its input holds it: with the decimal sign of the language."""
    return value.replace(".", ",") if field.kind is CustomFieldKind.NUMBER and current_language() == "de" else value


def input_of(field: CustomField, value: str, *, before: str, error: str | None) -> FieldInput:
    """Return the input of a field.

    Args:
        before: what stood there; a choice that is offered no more can still be kept.
    """
    return FieldInput(
        name=field.name,
        title=in_language(field.title),
        value=value,
        kind=_INPUTS.get(field.kind, "text"),
        options=_options(field, before) if field.kind is CustomFieldKind.CHOICE else (),
        error=error,
        max_length=LONGEST,
        short=field.kind in {CustomFieldKind.NUMBER, CustomFieldKind.DATE},
        hint=_("Wird nicht mehr gefüllt; Sie können den Wert nur noch entfernen.") if field.is_retired else None,
    )


def _options(field: CustomField, before: str) -> tuple[Option, ...]:
    offered = () if field.is_retired else field.options
    return (Option("", "–"), *(Option(each, each) for each in dict.fromkeys([*offered, *([before] if before else [])])))
