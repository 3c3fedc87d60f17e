"""Which sealed values entries say were written, so that a value put back past the program shows."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.ledger import tables
from crm.ledger.entry_checks import blob
from crm.ledger.leaf import parse

_E = tables.entry.c


@dataclass(frozen=True, slots=True)
class Written:
    """What one entry says was written about one person.

    Attributes:
        kind: the kind of object, if the entry names one.
        groups: the groups it covers; one that was emptied has no hash.
        hashes: hex SHA-256 of each sealed value.
    """

    subject_id: str
    kind: str | None
    groups: tuple[str, ...]
    hashes: frozenset[str]


def find_written(session: Session, subject_ids: Sequence[str], *, except_actions: Collection[str]) -> Iterator[Written]:
    """Yield, oldest first for each person, the entries that changed something; a leaf that was tampered with says nothing.

    Args:
        except_actions: acts that only read; most entries are about them, and they name no values.
    """
    query = select(_E.subject_id, blob(_E.leaf)).where(_E.subject_id.in_(subject_ids), _E.action.not_in(except_actions))
    for subject_id, leaf in session.execute(query.order_by(_E.id)):
        try:
            said = parse(leaf)
        except ValueError:
            continue
        if "vh" in said or "f" in said:
            yield Written(subject_id, said.get("obj"), tuple(said.get("f", ())), frozenset(said.get("vh", ())))
