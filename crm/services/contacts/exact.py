"""Finds people by a whole e-mail address or phone number, without the index."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import Lookup
from crm.models.field_groups import FieldGroup
from crm.privacy import disclosure
from crm.privacy.purposes import Channel, Purpose
from crm.search.exact import exact_email, exact_phone
from crm.services.contacts.listing import LIST_GROUPS, PAGE_SIZE, ContactPage, with_facts
from crm.vault import Vault


def list_by_address(session: Session, *, text: str, purpose: Purpose, actor: Actor, now: datetime) -> ContactPage:
    """Return the people with exactly this e-mail address or phone number; one entry for the whole list.

    For the first moments after a start, while the index is built. What the purpose may not see is not asked for.

    Raises:
        PurposeNotAllowedError: the actor's role does not act for the purpose.
    """
    ids = _find(session, text, purpose)
    people = disclosure.open_people(session, subject_ids=ids, groups=LIST_GROUPS, purpose=purpose, actor=actor, now=now)
    rows = tuple(with_facts(session, people))
    return ContactPage(rows=rows, count=len(rows), count_is_exact=True, after=None, before=None, corrected=(), suggested=())


def _find(session: Session, text: str, purpose: Purpose) -> Sequence[str]:
    vault = Vault.of(session)
    tags = [(channel, tag) for channel, address in _addresses(text, purpose) for tag in vault.lookup_tags(channel, address)]
    if not tags:
        return []
    same = or_(*(and_(Lookup.field == channel, Lookup.tag == tag) for channel, tag in tags))
    return session.scalars(select(Lookup.subject_id).where(same).distinct().limit(PAGE_SIZE)).all()


def _addresses(text: str, purpose: Purpose) -> list[tuple[Channel, str]]:
    asked = [(Channel.EMAIL, FieldGroup.EMAIL, exact_email(text)), (Channel.PHONE, FieldGroup.PHONE, exact_phone(text))]
    return [(channel, address) for channel, group, address in asked if address and group in purpose.groups]
