"""Berichtigung: change what is stored about a person, keep what it was before for the answer to the person.

Source: Art. 5(1)(d), 16 DSGVO.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import SEALED_COLUMN, Contact, Lookup
from crm.models.field_groups import FIELDS, GROUP_OF, FieldGroup
from crm.privacy import audit, custom_values, indexing, objection, screening, sealing
from crm.privacy.actions import Action
from crm.privacy.collection import normal_addresses
from crm.privacy.custom_fields import is_custom
from crm.privacy.disclosure import require_access
from crm.privacy.errors import FieldWithoutPurposeError, StaleVersionError
from crm.privacy.purposes import Purpose
from crm.vault import ErasedError, Vault


def rectify(
    session: Session,
    *,
    subject_id: str,
    fields: Mapping[str, str],
    purpose: Purpose,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> dict[str, tuple[str, str]]:
    """Change fields of one person within the groups of the purpose and return {field: (old, new)}.

    Args:
        fields: new values, of custom fields too; an empty text removes the value, a field that is not named stays as it is.
        expected_version: the version the writer saw.

    Raises:
        StaleVersionError: somebody else changed the person since.
        FieldWithoutPurposeError: a field does not belong to the purpose.
        InvalidInputError: a value of a custom field cannot be taken.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
    """
    require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    return apply_changes(
        session, subject_id=subject_id, fields=fields, purpose=purpose, expected_version=expected_version, actor=actor, now=now
    )


def apply_changes(
    session: Session,
    *,
    subject_id: str,
    fields: Mapping[str, str],
    purpose: Purpose,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> dict[str, tuple[str, str]]:
    """Change fields without asking for the actor's role: for imports, which act for the controller.

    Raises: StaleVersionError, FieldWithoutPurposeError, InvalidInputError, ErasedError.
    """
    known = {name: value for name, value in fields.items() if not is_custom(name)}
    _require_purpose(known, purpose)
    Vault.of(session).begin_write(session, [subject_id])
    before = _open(session, subject_id)
    changes = {name: (before.get(name, ""), value) for name, value in known.items() if before.get(name, "") != value}
    values_before = custom_values.open_values(session, [subject_id], purpose.custom).get(subject_id, {})
    values = {name: value for name, value in fields.items() if is_custom(name)}
    values = custom_values.require_writable(values, [purpose], before=values_before)
    if not changes and not values:
        return {}
    after = {**before, **known}
    sealed = _write(session, subject_id, after, {GROUP_OF[name] for name in changes}, expected_version, now)
    written = custom_values.write(session, subject_id=subject_id, values=values, fields=custom_values.fields_of([purpose]), now=now)
    fresh = _renew_lookups(session, subject_id, after)
    changes |= {name: (values_before.get(name, ""), value) for name, value in values.items()}
    everything: dict[str, bytes | None] = {group.value: value for group, value in sealed.items()} | dict(written.sealed)
    _enter(session, subject_id, everything, changes, purpose, actor, now)
    if fresh and screening.find_suppressed(session, fresh):
        objection.remember(session, subject_id=subject_id, actor=actor, now=now)
    indexing.announce_changed(session, [subject_id], now=now)
    return changes


def _enter(
    session: Session,
    subject_id: str,
    sealed: Mapping[str, bytes | None],
    changes: Mapping[str, tuple[str, str]],
    purpose: Purpose,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter what was written: groups, and custom fields by their own name, because each of them lies sealed by itself."""
    filled = {name: value for name, value in sealed.items() if value}
    audit.record(
        session,
        Action.PERSON_RECTIFIED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        groups=[*filled, *(each for each in sealed if each not in filled)],  # the emptied ones last: they have no hash
        sealed=tuple(filled.values()),
        details={name: list(change) for name, change in changes.items()},
    )


def _require_purpose(fields: Mapping[str, str], purpose: Purpose) -> None:
    for name, value in fields.items():
        if value and GROUP_OF[name] not in purpose.groups:
            raise FieldWithoutPurposeError(field=name, purpose=purpose.title["de"])


def _open(session: Session, subject_id: str) -> dict[str, str]:
    contact = session.get(Contact, subject_id)
    if contact is None:
        raise ErasedError
    sealed = [(sealing.contact_place(subject_id, group), value) for group in FIELDS if (value := getattr(contact, SEALED_COLUMN[group]))]
    return {name: value for fields in sealing.open_all(session, sealed) for name, value in fields.items()}


def _write(
    session: Session, subject_id: str, fields: Mapping[str, str], groups: set[FieldGroup], expected_version: int, now: datetime
) -> dict[FieldGroup, bytes | None]:
    filled = sealing.group_fields({name: fields.get(name, "") for group in groups for name in FIELDS[group]})
    written = sealing.seal_groups(session, subject_id, filled)
    sealed = {group: written.get(group) for group in FIELDS if group in groups}
    values = {SEALED_COLUMN[group]: value for group, value in sealed.items()}
    result = session.execute(
        update(Contact)
        .where(Contact.subject_id == subject_id, Contact.version == expected_version)
        .values(**values, version=expected_version + 1, changed_at=now)
        .returning(Contact.version)
    )
    if result.first() is None:
        raise StaleVersionError
    return sealed


def _renew_lookups(session: Session, subject_id: str, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Bring the look-ups in line with the fields; return the addresses that are new, each with its channel."""
    vault = Vault.of(session)
    wanted = {(channel.value, vault.lookup_tag(channel, address)): address for channel, _, address in normal_addresses(fields)}
    present = {(field, tag) for field, tag in session.execute(select(Lookup.field, Lookup.tag).where(Lookup.subject_id == subject_id))}
    for field, tag in present - wanted.keys():
        session.execute(delete(Lookup).where(Lookup.subject_id == subject_id, Lookup.field == field, Lookup.tag == tag))
    fresh = wanted.keys() - present
    if fresh:
        session.execute(insert(Lookup), [{"subject_id": subject_id, "field": field, "tag": tag} for field, tag in fresh])
    return [(field, wanted[field, tag]) for field, tag in fresh]
