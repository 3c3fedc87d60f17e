"""Plain columns of contacts and companies, bound by the seal of the key store: what sets days and says who belongs to whom.

Whoever writes SQL could move a last contact and have somebody forgotten, or kept for ever. Each row bears one seal over
all of them, made anew wherever one is written. A row that was changed past the program keeps the seal that no longer
holds, so that no later act launders the change; it holds again once the row says what it said.

Source: Art. 5(1)(d), (f), 5(2), 32(1)(b) DSGVO.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, or_, select, true, update
from sqlalchemy.orm import Session

from crm.clock import micros
from crm.db import among, in_batches
from crm.models.company import COMPANY_FIELDS, Company
from crm.models.contact import Contact
from crm.vault import SealedRow, Subject, SubjectState, Vault


class _Bound(NamedTuple):
    """A table with the columns its seal is about, the first of them the key; `sort_key` follows from the name.

    Attributes:
        standing: which of its rows are asked for their seal.
    """

    table: Table
    kind: SealedRow
    names: tuple[str, ...]
    standing: ColumnElement[bool]

    @property
    def key(self) -> ColumnElement[str]:
        return self.table.c[self.names[0]]


_CONTACTS: Final = _Bound(
    cast("Table", Contact.__table__),
    SealedRow.CONTACT,
    ("subject_id", "company_id", "owner_id", "segment", "collected_at", "last_contact_at", "is_prospect"),
    true(),
)
_COMPANIES: Final = _Bound(
    cast("Table", Company.__table__),
    SealedRow.COMPANY,
    ("id", "kind", "subject_id", *COMPANY_FIELDS, "segment", "owner_id", "created_at"),
    # What an erased sole trader leaves of a company is emptied past the seal (`erasure.reach`).
    or_(Company.subject_id.is_(None), Company.subject_id.in_(select(Subject.id).where(Subject.state == SubjectState.LIVING))),
)
_BOUND: Final[Mapping[type, _Bound]] = {Contact: _CONTACTS, Company: _COMPANIES}


def sealed(session: Session, model: type[Contact | Company], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new row with its seal."""
    return {**row, "seal": _seal(Vault.of(session), _BOUND[model], row)}


def change(
    session: Session, model: type[Contact | Company], row_id: str, values: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> bool:
    """Change one row together with its seal; return whether it is there and meets the conditions.

    Raises:
        KeyUnavailableError: there is no key to seal it with at the moment; nothing was changed.
    """
    bound, vault = _BOUND[model], Vault.of(session)
    row = session.execute(_select(bound).where(bound.key == row_id, *conditions).with_for_update()).mappings().first()
    if row is None:
        return False
    seal = {"seal": _seal(vault, bound, {**row, **values})} if _is_sound(vault, bound, row) else {}
    session.execute(update(model).where(bound.key == row_id).values(**values, **seal))
    return True


def find_unsound(session: Session, subject_ids: Collection[str]) -> set[str]:
    """Return whose contact, of these people, is not what the program wrote.

    Raises:
        KeyUnavailableError: that cannot be said at the moment.
    """
    return set(_find_unsound(session, _CONTACTS, list(subject_ids)))


def find_all_unsound(session: Session) -> dict[str, list[str]]:
    """Return by table which contacts and companies are not what the program wrote.

    Raises:
        KeyUnavailableError: that cannot be said at the moment.
    """
    asked = ((bound, session.scalars(select(bound.key).where(bound.standing)).all()) for bound in _BOUND.values())
    found = {bound.table.name: sorted(_find_unsound(session, bound, ids)) for bound, ids in asked}
    return {table: ids for table, ids in found.items() if ids}


def count(session: Session) -> int:
    """Return how many rows bear a seal that can be asked."""
    standing = (select(func.count()).select_from(bound.table).where(bound.standing) for bound in _BOUND.values())
    return sum(session.scalars(each).one() for each in standing)


def find_ahead(session: Session, *, now: datetime) -> Sequence[str]:
    """Return the people whose last contact lies in the future: it would keep them longer than any rule."""
    return session.scalars(select(Contact.subject_id).where(Contact.last_contact_at > now).order_by(Contact.subject_id)).all()


def is_any_row(connection: Connection) -> bool:
    """Say whether there is a row that could bear a seal."""
    return any(connection.execute(select(bound.key).limit(1)).first() for bound in _BOUND.values())


def seal_everything(connection: Connection, *, vault: Vault) -> None:
    """Seal every row as it stands, once: when a database of an older version is brought up."""
    for bound in _BOUND.values():
        rows = connection.execute(_select(bound)).mappings().all()
        seals = [{"row_id": row[bound.names[0]], "new_seal": _seal(vault, bound, row)} for row in rows]
        if seals:
            connection.execute(update(bound.table).where(bound.key == bindparam("row_id")).values(seal=bindparam("new_seal")), seals)


def _select(bound: _Bound) -> Any:
    return select(*(bound.table.c[name] for name in bound.names), bound.table.c.seal)


def _find_unsound(session: Session, bound: _Bound, ids: Sequence[str]) -> list[str]:
    vault = Vault.of(session)
    asked = _select(bound).where(among(bound.key, "ids"))
    return [each for some in in_batches(ids) for each in _unsound_of(session, vault, bound, asked, some)]


def _unsound_of(session: Session, vault: Vault, bound: _Bound, asked: Any, ids: Sequence[str]) -> Iterator[str]:
    try:
        rows = session.execute(asked, {"ids": ids}).mappings()
        yield from [row[bound.names[0]] for row in rows if not _is_sound(vault, bound, row)]
    except (ValueError, TypeError):  # SQLite stores any type in any column: a moment that is none cannot even be read
        if len(ids) == 1:
            yield ids[0]
            return
        for each in ids:
            yield from _unsound_of(session, vault, bound, asked, [each])


def _is_sound(vault: Vault, bound: _Bound, row: Mapping[Any, Any]) -> bool:
    return vault.bears_seal(bound.kind, _said(bound, row), row["seal"])


def _seal(vault: Vault, bound: _Bound, row: Mapping[Any, Any]) -> bytes:
    return vault.row_seal(bound.kind, _said(bound, row))


def _said(bound: _Bound, row: Mapping[Any, Any]) -> str:
    return _encode([row[name] for name in bound.names])


# Made once, because every person who is taken in asks it; moments in one form, whatever engine keeps them.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=micros).encode
