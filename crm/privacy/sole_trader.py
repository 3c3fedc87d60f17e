"""Berichtigung of a company that is a natural person: its details are sealed like those of a contact.

Source: Art. 4(1), 5(1)(d), 16 DSGVO.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.company import Company
from crm.models.field_groups import COMPANY_GROUP
from crm.privacy import lawfulness, sealing
from crm.privacy.disclosure import require_role
from crm.privacy.errors import FieldWithoutPurposeError
from crm.privacy.purposes import Purpose
from crm.vault import ErasedError, Vault


def reseal(session: Session, *, company: Company, fields: Mapping[str, str], purpose: Purpose, actor: Actor, now: datetime) -> bytes:
    """Return the sealed details with `fields` changed within the groups of the purpose; the rest stays as it is.

    The caller writes them together with the company's version, and makes the entry.

    Raises:
        FieldWithoutPurposeError: a filled field does not belong to the purpose.
        PurposeNotAllowedError, NoLawfulBasisError, ObjectedError, RestrictedError, ErasedError: as the door says.
    """
    require_role(purpose, actor)
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
