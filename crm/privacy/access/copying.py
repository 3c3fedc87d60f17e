"""The door to the copy: everything about one person, restricted data included, other people taken out; one entry.

It asks for no ground and no restriction, because it is the person's own data and they asked for them. Who may compose it is asked by
the case it is for (`crm.privacy.requests`).

Source: Art. 15(1), (3), (4), 18(2) DSGVO.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.models.contact import SEALED_COLUMN
from crm.models.field_groups import FieldGroup
from crm.privacy import audit
from crm.privacy.access import files, third_parties
from crm.privacy.access.consultations import Consultation, find_consultations
from crm.privacy.access.gathering import Record, gather
from crm.privacy.access.texts import access_texts
from crm.privacy.actions import Action
from crm.privacy.duties import DUTY

KIND: Final = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Everything about one person, as it goes out.

    Attributes:
        records: rows by table; a file is named in its place.
        files: their contents by name.
        blackened: how often somebody else was taken out of a text.
        unreadable: by table how many values did not open.
    """

    subject_ids: tuple[str, ...]
    records: Mapping[str, Sequence[Record]]
    consultations: tuple[Consultation, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    blackened: int = 0
    unreadable: Mapping[str, int] = field(default_factory=dict)

    def rows(self, table: str) -> Sequence[Record]:
        """Return the rows of one table."""
        return self.records.get(table, ())


def open_copy(session: Session, *, subject_ids: Sequence[str], words: Collection[str] = (), actor: Actor, now: datetime) -> Copy:
    """Open everything about the entries of one person; one entry of the log for each of them.

    Args:
        words: what is taken out of the texts besides the people who are recognised.
    """
    gathered = gather(session, subject_ids)
    contents = files.take_out(gathered.records)
    cleaned = third_parties.clean(session, gathered, subject_ids=subject_ids, words=words, actor=actor, now=now)
    consultations = find_consultations(session, subject_ids)
    facts: dict[str, Any] = {"purpose": DUTY, "basis": "6-1-c", "kind": KIND, "groups": list(_groups_in(cleaned.records))}
    for subject_id in subject_ids:
        audit.record(session, Action.PERSON_COPIED, actor=actor, now=now, subject_id=subject_id, **facts)
    return Copy(
        subject_ids=tuple(subject_ids),
        records=_in_order(cleaned.records),
        consultations=consultations,
        files=contents,
        blackened=cleaned.count,
        unreadable=gathered.unreadable,
    )


def _in_order(records: Mapping[str, Sequence[Record]]) -> dict[str, Sequence[Record]]:
    """Return the tables as a person reads them, what is technical last."""
    named = [table for table in access_texts()["tables"] if table in records]
    return {table: records[table] for table in dict.fromkeys([*named, *records])}


def _groups_in(records: Mapping[str, Sequence[Record]]) -> Iterator[FieldGroup]:
    for group, column in SEALED_COLUMN.items():
        if any(column in record for record in records.get("contact", ())):
            yield group
    if records.get("note"):
        yield FieldGroup.NOTES
