"""Custom fields for tests, defined as the coordinator defines them."""

from dataclasses import replace

from crm.actor import Actor, Role
from crm.privacy import purposes
from crm.services import custom_field_changes
from crm.services.custom_field_changes import FieldEntry
from crm.services.forms import SentForm, new_form_token

COORDINATOR = Actor("c" * 32, frozenset({Role.PRIVACY}), Role.PRIVACY)
ENTRY = FieldEntry(
    title_de="Branche des Projekts",
    title_en="Industry",
    kind="text",
    group="position",
    purposes=("business_contact",),
    rule="RET-38",
    position="1",
)
INTERVAL = FieldEntry(
    title_de="Wartungsintervall",
    title_en="Interval",
    kind="number",
    group="phone",
    purposes=("business_contact", "service"),
    rule="RET-37",
    position="2",
)


def define(session, now, entry=ENTRY, **changes):
    """Define a field and return its id."""
    form = SentForm(new_form_token(), {})
    return custom_field_changes.define(session, entry=replace(entry, **changes), form=form, actor=COORDINATOR, now=now)


def field_of(session, name, purpose="business_contact"):
    """Return a field as a purpose has it."""
    return next(each for each in purposes.find_all(session).get(purpose).custom if each.name == name)
