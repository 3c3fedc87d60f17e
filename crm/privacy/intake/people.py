"""Whom an e-mail address belongs to; asked by the worker alone, never by the portal."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.models.contact import Lookup
from crm.privacy.purposes import Channel
from crm.vault import Subject, SubjectState, Vault


def find_by_address(session: Session, addresses: Iterable[str]) -> dict[str, list[str]]:
    """Return the living people of each address, in a fixed order; several can share one.

    Args:
        addresses: in their one form for exact look-ups.
    """
    vault = Vault.of(session)
    by_tag = {tag: address for address in addresses for tag in vault.lookup_tags(Channel.EMAIL, address)}
    if not by_tag:
        return {}
    rows = session.execute(
        select(Lookup.tag, Lookup.subject_id)
        .join(Subject, Subject.id == Lookup.subject_id)
        .where(Lookup.tag.in_(list(by_tag)), Lookup.field == Channel.EMAIL, Subject.state == SubjectState.LIVING)
        .order_by(Subject.created_at, Subject.id)
    )
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for tag, subject_id in rows:
        found[by_tag[tag]][subject_id] = None
    return {address: list(subject_ids) for address, subject_ids in found.items()}


def is_living(session: Session, subject_id: str) -> bool:
    """Say whether anything may still be entered about this person."""
    return session.scalar(select(Subject.state).where(Subject.id == subject_id)) == SubjectState.LIVING
