"""Finding and choosing a person in a form, with script while one types, and without it by a button."""

from collections.abc import Sequence

from flask import request

from crm.db import Session
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure
from crm.search import IndexBuildingError
from crm.services.contacts import exact, listing
from crm.services.contacts.listing import ContactFilter, ListedContact
from crm.site.i18n import _, ngettext
from crm.site.view_models import Option, PersonPicker
from crm.web.desk import Desk
from crm.web.names import name_in_list
from crm.web.selects import with_chosen
from crm.web.typed import chosen_id, typed_line

_OFFERED = 8


def is_asked() -> bool:
    """Say whether the form was sent to find a person, and not to be saved."""
    return "find" in request.form


def make_picker(db: Session, desk: Desk, *, value: str, query: str = "", error: str | None = None) -> PersonPicker:
    """Return the field with whoever is chosen and whom the words find; one entry for each, as the door does it."""
    found = _find(db, desk, query) if query.strip() else ()
    options = [Option("", _("keine Person")), *(Option(each.person.subject_id, _title(each)) for each in found)]
    if value and value not in {each.value for each in options}:
        options += [Option(value, name) for name in _chosen(db, desk, value)]
    return PersonPicker(
        query=query,
        told=_told(query, len(found)),
        options=with_chosen(tuple(options), value),
        value=value,
        error=error,
    )


def typed_picker(db: Session, desk: Desk, *, error: str | None = None) -> PersonPicker:
    """Return the field as it was sent; where words find somebody and nobody was chosen yet, the first is offered as chosen."""
    picker = make_picker(db, desk, value=chosen_id("person") or "", query=typed_line("person_q"), error=error)
    if is_asked() and not picker.value and len(picker.options) > 1:
        return PersonPicker(query=picker.query, told=picker.told, options=picker.options, value=picker.options[1].value, error=error)
    return picker


def _find(db: Session, desk: Desk, query: str) -> Sequence[ListedContact]:
    wanted = ContactFilter(text=query)
    try:
        return listing.list_contacts(db, wanted=wanted, purpose=desk.purpose, actor=desk.actor, now=desk.now, limit=_OFFERED).rows
    except IndexBuildingError:
        return exact.list_by_address(db, text=query, purpose=desk.purpose, actor=desk.actor, now=desk.now).rows


def _chosen(db: Session, desk: Desk, subject_id: str) -> list[str]:
    people = disclosure.open_people(
        db, subject_ids=[subject_id], groups={FieldGroup.IDENTITY}, purpose=desk.purpose, actor=desk.actor, now=desk.now
    )
    return [name_in_list(each.fields) for each in people]


def _title(each: ListedContact) -> str:
    parts = (name_in_list(each.person.fields), each.company or each.person.fields.get("city", ""))
    return " · ".join(part for part in parts if part)


def _told(query: str, found: int) -> str:
    if not query.strip():
        return ""
    return ngettext("%(num)s Person gefunden", "%(num)s Personen gefunden", found) if found else _("Für diesen Zweck niemand gefunden.")
