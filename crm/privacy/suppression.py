"""Werbesperrdatei: addresses that must not get advertising, kept as keyed hashes.

Source: Art. 21(3), 17(3)(b) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.1.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.lawfulness import SuppressionEntry
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.vault import Vault

# Built once, because everybody who comes in is compared with the list.
_LISTED = select(SuppressionEntry.tag, SuppressionEntry.channel).where(SuppressionEntry.tag.in_(bindparam("tags", expanding=True)))


class SuppressionReason(StrEnum):
    """Only advertising on these grounds may be suppressed by list; consent-only lists need none."""

    OBJECTION_6_1_F = "objection_6_1_f"
    OBJECTION_UWG_7_3 = "objection_UWG_7_3"


def enter(session: Session, *, address: str, channel: str, reason: SuppressionReason, actor: Actor, now: datetime) -> None:
    """Put one normalised address on the list; again is the same as once."""
    if find_suppressed(session, {channel: [address]}):
        return
    tag = Vault.of(session).suppression_tags(address)[0]
    session.add(SuppressionEntry(tag=tag, channel=channel, reason=reason, entered_at=now))
    audit.record(session, Action.ADDRESS_SUPPRESSED, actor=actor, now=now, kind=channel, result=reason)


def find_suppressed(session: Session, addresses: Mapping[str, Sequence[str]]) -> set[tuple[str, str]]:
    """Return (channel, address) of those on the list, whatever version of the key entered them.

    Args:
        addresses: normalised addresses by channel.
    """
    vault = Vault.of(session)
    wanted = {tag: (channel, address) for channel, each in addresses.items() for address in each for tag in vault.suppression_tags(address)}
    if not wanted:
        return set()
    rows = session.execute(_LISTED, {"tags": list(wanted)})
    return {wanted[tag] for tag, channel in rows if wanted[tag][0] == channel}
