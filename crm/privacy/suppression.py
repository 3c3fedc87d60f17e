"""Werbesperrdatei: addresses that must not get advertising, kept as keyed hashes.

Source: Art. 21(3), 17(3)(b) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.lawfulness import SuppressionEntry
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.vault import Right, RightsEntry, Vault


class SuppressionReason(StrEnum):
    """Only advertising on these grounds may be suppressed by list; consent-only lists need none."""

    OBJECTION_6_1_F = "objection_6_1_f"
    OBJECTION_UWG_7_3 = "objection_UWG_7_3"


def lawful_reason(purposes: Iterable[Purpose]) -> SuppressionReason | None:
    """Return on what ground addresses may be kept on the list, or None where all advertising rests on consent.

    Then a missing consent prevents sending already, and the entry would have no purpose of its own.
    """
    rests_on_interest = any(purpose.direct_marketing and not purpose.needs_consent for purpose in purposes)
    return SuppressionReason.OBJECTION_6_1_F if rests_on_interest else None


def enter(
    session: Session,
    *,
    address: str,
    channel: str,
    reason: SuppressionReason,
    actor: Actor,
    now: datetime,
    until: datetime | None = None,
) -> bytes | None:
    """Put one normalised address on the list; return its tag if it was not there. Again is the same as once.

    Args:
        until: the entry goes after this moment unless it is confirmed; an entry for good is not shortened by it.
    """
    entry = find_entry(session, address=address, channel=channel)
    if entry is not None:
        entry.until = None if entry.until is None or until is None else max(entry.until, until)
        return None
    vault = Vault.of(session)
    tag = vault.suppression_tags(address)[0]
    vault.note_rights([_right(Right.OBJECTION, tag, now)])
    session.add(SuppressionEntry(tag=tag, channel=channel, reason=reason, entered_at=now, until=until))
    session.flush()
    audit.record(session, Action.ADDRESS_SUPPRESSED, actor=actor, now=now, kind=channel, result=reason)
    return tag


def find_entry(session: Session, *, address: str, channel: str) -> SuppressionEntry | None:
    """Return the entry of an address, if it is on the list."""
    tags = Vault.of(session).suppression_tags(address)
    return session.scalars(select(SuppressionEntry).where(SuppressionEntry.tag.in_(tags), SuppressionEntry.channel == channel)).first()


def keep(session: Session, *, tag: bytes, channel: str) -> None:
    """Let an entry stand for good, because whoever reads the mail of this address has confirmed it."""
    session.execute(update(SuppressionEntry).where(SuppressionEntry.tag == tag, SuppressionEntry.channel == channel).values(until=None))


def release(session: Session, *, tag: bytes, channel: str, actor: Actor, now: datetime) -> None:
    """Take an address off the list: somebody else had put it there, or nobody confirmed it in time."""
    entry = session.get(SuppressionEntry, (tag, channel))
    if entry is None:
        return
    Vault.of(session).note_rights([_right(Right.OBJECTION_LIFTED, tag, now)])
    session.delete(entry)
    session.flush()
    audit.record(session, Action.ADDRESS_RELEASED, actor=actor, now=now, kind=channel)


def release_unconfirmed(session: Session, *, actor: Actor, now: datetime) -> int:
    """Take off the list what nobody has confirmed within its time; return how many."""
    over = session.execute(select(SuppressionEntry.tag, SuppressionEntry.channel).where(SuppressionEntry.until <= now)).all()
    for tag, channel in over:
        release(session, tag=tag, channel=channel, actor=actor, now=now)
    return len(over)


def _right(right: Right, tag: bytes, now: datetime) -> RightsEntry:
    """Return the entry of the journal that lets a restored backup be brought up to date; it knows the keyed hash alone."""
    return RightsEntry(right=right, noted_at=now, tag=tag, purposes=("direct_marketing",))


def find_suppressed(session: Session, addresses: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """Return (channel, address) of those on the list, whatever version of the key entered them.

    Args:
        addresses: normalised addresses by channel.
    """
    vault = Vault.of(session)
    wanted = {tag: (channel, address) for channel, each in addresses.items() for address in each for tag in vault.suppression_tags(address)}
    if not wanted:
        return set()
    rows = session.execute(select(SuppressionEntry.tag, SuppressionEntry.channel).where(SuppressionEntry.tag.in_(list(wanted))))
    return {wanted[tag] for tag, channel in rows if wanted[tag][0] == channel}
