"""Proposes where columns go: as they went the last time, or as headers are usually meant.

Only fields of ours are remembered, under a keyed hash of the headers: a file without a header would make somebody's data one.

Source: Art. 5(1)(c), 25(1) DSGVO.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.models.import_upload import ImportMapping
from crm.privacy.custom_fields import CustomField, is_custom
from crm.privacy.purposes import Purpose
from crm.services.imports.columns import is_forbidden
from crm.services.imports.fields import REPEATABLE, TARGETS, RowKind, group_of
from crm.services.imports.policy import import_policy
from crm.vault import Vault


def may_go(kind: RowKind, target: str, purpose: Purpose) -> bool:
    """Return whether a column of this kind of file can go to a field that the purpose opens."""
    if is_custom(target):
        return target in {each.name for each in fields_of(kind, purpose)}
    group, groups = group_of(kind, target), purpose.groups
    return target in TARGETS[kind] and (group is None or group in groups)


def fields_of(kind: RowKind, purpose: Purpose) -> list[CustomField]:
    """Return the custom fields that columns of this kind of file can go to."""
    return [each for each in purpose.custom if not each.is_retired] if kind is RowKind.PERSON else []


def propose(
    session: Session, *, kind: RowKind, header: Sequence[str], purpose: Purpose, titles: Mapping[str, Collection[str]]
) -> dict[int, str]:
    """Return where each column would go, by place.

    Args:
        titles: what our own pages call the fields; a header that says the same is meant so.
    """
    remembered = session.get(ImportMapping, _key(session, kind, header))
    wanted = _as_before(remembered, header) if remembered else _by_name(kind, header, purpose, titles)
    proposed: dict[int, str] = {}
    for place, target in wanted.items():
        is_free = target not in proposed.values() or target in REPEATABLE
        if is_free and may_go(kind, target, purpose) and not is_forbidden(header[place], import_policy().never):
            proposed[place] = target
    return proposed


def remember(session: Session, *, kind: RowKind, header: Sequence[str], targets: Mapping[int, str], now: datetime) -> None:
    """Remember where the columns of files with these headers go, in whatever order they stand."""
    key = _key(session, kind, header)
    listed = json.dumps([targets.get(place) for place in _in_order(header)])
    if known := session.get(ImportMapping, key):
        known.targets, known.used_at = listed, now
    else:
        session.add(ImportMapping(id=key, kind=kind.value, targets=listed, used_at=now))


def _as_before(mapping: ImportMapping, header: Sequence[str]) -> dict[int, str]:
    found = zip(_in_order(header), json.loads(mapping.targets), strict=True)
    return dict(sorted((place, target) for place, target in found if target))


def _by_name(kind: RowKind, header: Sequence[str], purpose: Purpose, titles: Mapping[str, Collection[str]]) -> dict[int, str]:
    own = {_letters(title): each.name for each in fields_of(kind, purpose) for title in (each.code, *each.title.values())}
    names = {_letters(each): target for target, known in import_policy().headers[kind].items() for each in (target, *known)}
    names |= {_letters(each): target for target, known in titles.items() for each in known} | own
    return {place: names[_letters(name)] for place, name in enumerate(header) if _letters(name) in names}


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _in_order(header: Sequence[str]) -> list[int]:
    """Return the places of the columns in the order of their names."""
    return sorted(range(len(header)), key=lambda place: (header[place].casefold(), place))


def _key(session: Session, kind: RowKind, header: Sequence[str]) -> str:
    names = json.dumps(sorted(name.casefold() for name in header))
    return Vault.of(session).source_tag(f"mapping:{kind}", names).hex()[:64]
