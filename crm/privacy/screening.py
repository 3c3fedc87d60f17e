"""Who may come in: not who was erased under the same record, nor a suppressed address for advertising alone.

Source: Art. 17(1), 21(3) DSGVO.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.db import new_id
from crm.models.field_groups import FieldGroup
from crm.privacy import suppression
from crm.privacy.new_person import Collected, NewPerson, Refusal, SourceKey
from crm.privacy.purposes import Channel
from crm.vault import Vault


@dataclass(frozen=True, slots=True)
class Arrival:
    """A person at the door, with the filled fields by group and the addresses in the form that is looked up."""

    person: NewPerson
    groups: Mapping[FieldGroup, Mapping[str, str]]
    addresses: Sequence[tuple[Channel, str, str]]


def screen(session: Session, arrivals: Sequence[Arrival]) -> list[Collected]:
    """Decide who may come in: not who was erased under the same record, nor a suppressed address for advertising alone."""
    erased = find_erased(session, [each.person.source for each in arrivals if each.person.source])
    suppressed = find_suppressed(session, [(channel, address) for each in arrivals for channel, _, address in each.addresses])
    outcomes = []
    for each in arrivals:
        blocked = any((channel, address) in suppressed for channel, _, address in each.addresses)
        if each.person.source in erased:
            outcomes.append(Collected(None, Refusal.ERASED_BEFORE))
        elif blocked and all(purpose.direct_marketing for purpose in each.person.purposes):
            outcomes.append(Collected(None, Refusal.SUPPRESSED))
        else:
            outcomes.append(Collected(new_id(), marketing_blocked=blocked))
    return outcomes


def find_erased(session: Session, records: Iterable[SourceKey]) -> set[SourceKey]:
    """Return those of the records whose person was erased here, told by the tombstones.

    Source: Art. 17(1) DSGVO: what was erased does not come back by the next import.
    """
    vault = Vault.of(session)
    by_tag = {vault.source_tag(each.system, each.record_id): each for each in records}
    return {by_tag[tag] for tag in vault.find_erased_sources(list(by_tag))} if by_tag else set()


def find_suppressed(session: Session, addresses: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of the normalised addresses, each with its channel, that are on the suppression list."""
    by_channel: dict[str, list[str]] = defaultdict(list)
    for channel, address in addresses:
        by_channel[channel].append(address)
    return suppression.find_suppressed(session, by_channel)
