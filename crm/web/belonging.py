"""Whom and what a record belongs to: the same two fields, and the same checks, in the forms for contacts and for companies."""

from collections.abc import Callable, Mapping, Sequence

from crm.db import Session
from crm.errors import InvalidInputError
from crm.services.contacts.fields import LONGEST_SEGMENT, clean_segment
from crm.services.staff_names import require_account
from crm.site.i18n import _
from crm.site.view_models import FieldInput, Option
from crm.web.desk import Desk, require_posted_purpose
from crm.web.selects import with_chosen


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


def find_faults(db: Session, desk: Desk, *, segment: str, owner_id: str, former_owner_id: str | None) -> list[InvalidInputError]:
    """Return what is wrong with purpose, customer group and owner; an owner who stays is not asked whether they may be one."""
    faults = [*raised(lambda: clean_segment(segment)), *raised(lambda: require_posted_purpose(desk))]
    if owner_id and owner_id != former_owner_id:
        faults += raised(lambda: require_account(db, owner_id))
    return faults


def raised(call: Callable[[], object]) -> list[InvalidInputError]:
    """Return what is wrong with an input as a list, to be shown together with what is wrong with others."""
    try:
        call()
    except InvalidInputError as fault:
        return [fault]
    return []
