"""Whom and what a record belongs to: the same two fields in the forms for contacts and for companies."""

from collections.abc import Mapping, Sequence

from crm.services.contacts.fields import LONGEST_SEGMENT
from crm.site.i18n import _
from crm.site.view_models import FieldInput, Option


def belonging_fields(
    *, owner_id: str, segment: str, owners: Mapping[str, str], segments: Sequence[str], errors: Mapping[str, str]
) -> tuple[FieldInput, FieldInput]:
    """Return the fields for who looks after the record and for its customer group."""
    people = (Option("", _("niemand")), *(Option(key, name) for key, name in owners.items()))
    groups = tuple(Option(each, each) for each in segments)
    return (
        FieldInput(
            name="owner",
            title=_("Betreuung"),
            value=owner_id,
            kind="select",
            options=with_chosen(people, owner_id),
            error=errors.get("owner"),
        ),
        FieldInput(
            name="segment",
            title=_("Segment"),
            value=segment,
            kind="suggest",
            options=groups,
            max_length=LONGEST_SEGMENT,
            error=errors.get("segment"),
        ),
    )


def with_chosen(options: tuple[Option, ...], value: str) -> tuple[Option, ...]:
    """Return the options of a select with the chosen one among them.

    A browser shows the first option where the chosen one is missing, so somebody would save or read a choice
    that nobody made.
    """
    if not value or value in {each.value for each in options}:
        return options
    return (*options, Option(value, _("nicht mehr da")))
