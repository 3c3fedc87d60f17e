"""Werbesperrdatei: addresses that must not get advertising, kept as keyed hashes.

Source: Art. 21(3), 17(3)(b) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.lawfulness import SuppressionEntry
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.privacy.purposes import Purpose
from crm.vault import Right, RightsEntry, Vault

# Built once, because everybody who comes in is compared with the list.
_LISTED = select(SuppressionEntry.tag, SuppressionEntry.channel).where(SuppressionEntry.tag.in_(bindparam("tags", expanding=True)))


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


@dataclass(frozen=True, slots=True)
class Entered:
    """An address on the list after it was entered.

    Attributes:
        until: when the entry goes unless it is confirmed; None: it stays for good.
    """

    tag: bytes
    is_new: bool
    until: datetime | None


def enter(session: Session, *, address: str, channel: str, reason: SuppressionReason, actor: Actor, now: datetime) -> None:
    """Put one normalised address on the list for good; again is the same as once."""
    enter_many(session, addresses={address: None}, channel=channel, reason=reason, actor=actor, now=now)


def enter_many(
    session: Session,
    *,
    addresses: Mapping[str, datetime | None],
    channel: str,
    reason: SuppressionReason,
    actor: Actor,
    now: datetime,
) -> dict[str, Entered]:
    """Put normalised addresses on the list; again is the same as once.

    Args:
        addresses: each with the moment after which its entry goes unless it is confirmed, or None for good. An entry
            that stands for good is not shortened.
    """
    tags = {address: Vault.of(session).suppression_tags(address) for address in addresses}
    asked = [tag for each in tags.values() for tag in each]
    rows = session.scalars(select(SuppressionEntry).where(SuppressionEntry.tag.in_(asked), SuppressionEntry.channel == channel))
    standing = {entry.tag: entry for entry in rows}
    entered: dict[str, Entered] = {}
    for address, until in addresses.items():
        entry = next((standing[tag] for tag in tags[address] if tag in standing), None)
        if entry is not None:
            longer = None if entry.until is None or until is None else max(entry.until, until)
            _keep_until(session, entry, longer, actor=actor, now=now)
            entered[address] = Entered(entry.tag, is_new=False, until=entry.until)
        else:
            entered[address] = Entered(tags[address][0], is_new=True, until=until)
    _insert(session, [each for each in entered.values() if each.is_new], channel=channel, reason=reason, actor=actor, now=now)
    return entered


def _insert(session: Session, new: Sequence[Entered], *, channel: str, reason: SuppressionReason, actor: Actor, now: datetime) -> None:
    if not new:
        return
    Vault.of(session).note_rights([_right(Right.OBJECTION, each.tag, now) for each in new])
    rows = [{"tag": each.tag, "channel": channel, "reason": reason, "entered_at": now, "until": each.until} for each in new]
    session.execute(insert(SuppressionEntry), rows)
    entries = [
        audit.Entry(action=Action.ADDRESS_SUPPRESSED, kind=channel, result=reason, rows=[row])
        for row in bound_rows.digests(SuppressionEntry, rows)
    ]
    audit.record_all(session, entries, actor=actor, now=now)


def keep(session: Session, *, tag: bytes, channel: str, actor: Actor, now: datetime) -> None:
    """Let an entry stand for good, because whoever reads the mail of this address has confirmed it."""
    entry = session.get(SuppressionEntry, (tag, channel))
    if entry is not None:
        _keep_until(session, entry, None, actor=actor, now=now)


def _keep_until(session: Session, entry: SuppressionEntry, until: datetime | None, *, actor: Actor, now: datetime) -> None:
    if entry.until == until:
        return
    before = bound_rows.digest_of(entry)
    entry.until = until
    session.flush()
    rows = [before, bound_rows.digest_of(entry)]
    audit.record(session, Action.ADDRESS_KEPT, actor=actor, now=now, kind=entry.channel, result=entry.reason, rows=rows)


def release(session: Session, *, tag: bytes, channel: str, actor: Actor, now: datetime) -> None:
    """Take an address off the list: somebody else had put it there, or nobody confirmed it in time."""
    entry = session.get(SuppressionEntry, (tag, channel))
    if entry is None:
        return
    Vault.of(session).note_rights([_right(Right.OBJECTION_LIFTED, tag, now)])
    rows = [bound_rows.digest_of(entry)]
    session.delete(entry)
    session.flush()
    audit.record(session, Action.ADDRESS_RELEASED, actor=actor, now=now, kind=channel, rows=rows)


def take_back(session: Session, *, tag: bytes, entered_at: datetime, channel: str, actor: Actor, now: datetime) -> None:
    """Take an address off the list that was entered at this moment; what was entered since stands, however often this is asked."""
    entry = session.get(SuppressionEntry, (tag, channel))
    if entry is not None and entry.entered_at == entered_at:
        release(session, tag=tag, channel=channel, actor=actor, now=now)


def release_address(session: Session, *, address: str, channel: str, actor: Actor, now: datetime) -> None:
    """Take a normalised address off the list, because its owner expressly wishes advertising again; none on it is as good."""
    for tag in Vault.of(session).suppression_tags(address):
        release(session, tag=tag, channel=channel, actor=actor, now=now)


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
    rows = session.execute(_LISTED, {"tags": list(wanted)})
    return {wanted[tag] for tag, channel in rows if wanted[tag][0] == channel}
