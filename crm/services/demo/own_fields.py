"""Defines two custom fields and gives a few people values in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.models.contact import Contact
from crm.privacy import purposes, rectification, work_texts
from crm.services import custom_field_changes
from crm.services.custom_field_changes import FieldEntry
from crm.services.forms import SentForm, new_form_token

_INDUSTRIES: Final = ("Wasserwirtschaft", "Chemie", "Lebensmittel", "Gebäudetechnik", "Bergbau")
_MONTHS: Final = (3, 6, 12, 18, 24)
_SALES: Final = 40  # people whose project has an industry
_SERVICE: Final = 25  # people who look after a machine that is serviced regularly
_FIELDS: Final = (
    FieldEntry(
        title_de="Branche des Projekts",
        title_en="Industry of the project",
        kind="choice",
        options=_INDUSTRIES,
        group="position",
        purposes=("business_contact", "precontract_request"),
        rule="RET-38",
        position="1",
    ),
    FieldEntry(
        title_de="Wartungsintervall (Monate)",
        title_en="Service interval (months)",
        kind="number",
        group="position",
        purposes=("service",),
        rule="RET-37",
        position="2",
    ),
)


def invent_own_fields(session: Session, people: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Define the fields as the coordinator does, and fill them as sales and service do.

    Args:
        people: contact persons of customers.
    """
    coordinator = Actor(pseudonym=actor.pseudonym, role=Role.PRIVACY)
    industry, interval = (
        custom_field_changes.get_field(
            session,
            custom_field_changes.define(session, entry=each, form=SentForm(new_form_token(), {}), actor=coordinator, now=now),
        ).field.name
        for each in _FIELDS
    )
    industries = {each: {industry: _INDUSTRIES[place % len(_INDUSTRIES)]} for place, each in enumerate(people[:_SALES])}
    intervals = {each: {interval: str(_MONTHS[place % len(_MONTHS)])} for place, each in enumerate(people[:_SERVICE])}
    _fill(session, industries, "business_contact", Actor(pseudonym=actor.pseudonym, role=Role.SALES), now)
    _fill(session, intervals, "service", Actor(pseudonym=actor.pseudonym, role=Role.SERVICE), now)


def _fill(session: Session, values: Mapping[str, Mapping[str, str]], code: str, actor: Actor, now: datetime) -> None:
    """Give people values, as far as the purpose may use them."""
    purpose = purposes.find_all(session).get(code)
    allowed = work_texts.find_allowed(session, list(values), purpose=purpose, now=now)
    versions = dict(session.execute(select(Contact.subject_id, Contact.version).where(Contact.subject_id.in_(allowed))).all())
    for subject_id, fields in values.items():
        if subject_id in allowed:
            rectification.rectify(
                session,
                subject_id=subject_id,
                fields=fields,
                purpose=purpose,
                expected_version=versions[subject_id],
                actor=actor,
                now=now,
            )
