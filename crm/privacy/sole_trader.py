"""A company that is a natural person: its details are sealed, opened and rectified like those of a contact.

Source: Art. 4(1), 5(1)(b), (c), (d), 16, 25(2) DSGVO.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company
from crm.models.field_groups import COMPANY_GROUP
from crm.privacy import audit, disclosure, lawfulness, sealing
from crm.privacy.actions import Action
from crm.privacy.errors import FieldWithoutPurposeError
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Purpose
from crm.vault import ErasedError, Vault


def open_sole_trader(session: Session, *, company: Company, purpose: Purpose, actor: Actor, now: datetime) -> dict[str, str]:
    """Open the details of a company that is a natural person; one entry.

    Raises: as `disclosure.open_person`.
    """
    subject_id = company.subject_id
    if subject_id is None:
        raise ErasedError
    disclosure.require_access(session, subject_id=subject_id, purpose=purpose, actor=actor, now=now)
    details = _open_companies(session, [company], purpose).get(company.id, {})
    groups = tuple(dict.fromkeys(COMPANY_GROUP[name] for name in details))
    audit.record(
        session,
        Action.COMPANY_DISCLOSED,
        actor=actor,
        now=now,
        subject_id=subject_id,
        purpose=purpose.code,
        basis=purpose.basis,
        groups=groups,
    )
    return details


def open_sole_traders(
    session: Session, *, companies: Sequence[Company], purpose: Purpose, actor: Actor, now: datetime
) -> dict[str, dict[str, str]]:
    """Open the details of many sole traders by company id; one entry; who may not be used is left out silently.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    disclosure.require_role(purpose, actor)
    states = lawfulness.find_states(session, [each.subject_id for each in companies if each.subject_id], now=now)
    allowed = [
        each
        for each in companies
        if each.subject_id in states and lawfulness.standing(purpose, states[each.subject_id], now=now) is Standing.ALLOWED
    ]
    opened = _open_companies(session, allowed, purpose)
    listed = [each.subject_id for each in allowed if each.subject_id and each.id in opened]
    groups = tuple(dict.fromkeys(COMPANY_GROUP[name] for details in opened.values() for name in details))
    disclosure.enter_list(session, listed, groups, purpose, actor, now)
    return opened


def _open_companies(session: Session, companies: Sequence[Company], purpose: Purpose) -> dict[str, dict[str, str]]:
    sealed = [
        (each.id, sealing.company_place(each.subject_id, each.id), each.sealed_details)
        for each in companies
        if each.subject_id and each.sealed_details
    ]
    opened = sealing.open_all(session, [(place, value) for _, place, value in sealed])
    return {
        company_id: {name: value for name, value in details.items() if COMPANY_GROUP[name] in purpose.groups}
        for (company_id, _, _), details in zip(sealed, opened, strict=True)
    }


def reseal(session: Session, *, company: Company, fields: Mapping[str, str], purpose: Purpose, actor: Actor, now: datetime) -> bytes:
    """Return the sealed details with `fields` changed within the groups of the purpose; the rest stays as it is.

    The caller writes them together with the company's version, and makes the entry.

    Raises:
        FieldWithoutPurposeError: a filled field does not belong to the purpose.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
    """
    disclosure.require_role(purpose, actor)
    subject_id = company.subject_id
    state = lawfulness.find_states(session, [subject_id], now=now).get(subject_id) if subject_id else None
    if subject_id is None or state is None or company.sealed_details is None:
        raise ErasedError
    lawfulness.require(purpose, state, now=now)
    allowed = {name: value for name, value in fields.items() if COMPANY_GROUP[name] in purpose.groups}
    for name in fields.keys() - allowed.keys():
        if fields[name]:
            raise FieldWithoutPurposeError(field=name, purpose=purpose.title["de"])
    Vault.of(session).begin_write(session, [subject_id])
    place = sealing.company_place(subject_id, company.id)
    before = sealing.open_all(session, [(place, company.sealed_details)])[0]
    after = {name: value for name, value in {**before, **allowed}.items() if value}
    return sealing.seal_fields(session, place, after)
