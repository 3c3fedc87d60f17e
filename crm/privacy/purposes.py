"""Zweckbindung: the purposes for which personal data may be used, as versioned rules.

Source: Art. 5(1)(b), 6(1), 30(1)(b) DSGVO.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.db import once
from crm.models.field_groups import FIELDS, GROUP_OF, FieldGroup
from crm.models.policy import PolicyVersion
from crm.privacy import audit, bound_rows, custom_fields, policy_versions
from crm.privacy.actions import Action
from crm.privacy.custom_fields import CustomField, Stamp
from crm.privacy.errors import UnknownPurposeError
from crm.settings import initial_policy

_CACHE = "purposes"
KIND = "purpose"
_NEWEST = select(func.max(PolicyVersion.__table__.c.id)).where(PolicyVersion.__table__.c.kind == KIND)


class Channel(StrEnum):
    """Ways to a person."""

    EMAIL = "email"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"  # only so that an objection from an old system is not lost; no purpose uses it


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose (Zweck) as it stands now.

    Attributes:
        bit: its place in the bit set of the search index; never given to another purpose.
        basis: the paragraph of Art. 6(1) it rests on, written `6-1-f`.
        custom: the custom fields that are bound to it and whose group it opens.
    """

    code: str
    bit: int
    title: Mapping[str, str]
    text: Mapping[str, str]
    basis: str
    groups: tuple[FieldGroup, ...]
    roles: frozenset[Role]
    channels: tuple[Channel, ...]
    direct_marketing: bool
    survives_restriction: bool
    recipients: tuple[str, ...]
    retention: str
    custom: tuple[CustomField, ...] = ()

    @property
    def needs_consent(self) -> bool:
        return self.basis == "6-1-a"

    @property
    def is_duty(self) -> bool:
        """Say whether the law itself demands it, whatever else the data are for."""
        return self.basis == "6-1-c"

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the personal fields that it opens, empty ones included."""
        return (*(name for group in self.groups for name in FIELDS.get(group, ())), *(each.name for each in self.custom))


class Purposes:
    """All purposes of the installation."""

    def __init__(self, purposes: Sequence[Purpose]) -> None:
        self._by_code = {purpose.code: purpose for purpose in purposes}

    def __iter__(self) -> Iterator[Purpose]:
        return iter(self._by_code.values())

    def get(self, code: str) -> Purpose:
        """Return the purpose with this code.

        Raises:
            UnknownPurposeError: there is none.
        """
        if code not in self._by_code:
            raise UnknownPurposeError(field="purpose", known=", ".join(self._by_code))
        return self._by_code[code]

    @property
    def field_count(self) -> int:
        """Return how many personal fields the installation knows, its custom ones among them."""
        return len(GROUP_OF) + len({field.id for purpose in self for field in purpose.custom})

    def of_role(self, role: Role | None) -> tuple[Purpose, ...]:
        """Return the purposes a role acts for, its main one first."""
        return tuple(purpose for purpose in self if role in purpose.roles)


def find_all(session: Session) -> Purposes:
    """Return the purposes as they stand now; read again only when a version was added, of a purpose or a custom field."""
    return once(session, _CACHE, lambda: _find_all(session))


def _find_all(session: Session) -> Purposes:
    newest = (session.scalar(_NEWEST) or 0, custom_fields.find_stamp(session))
    cache: dict[str, tuple[tuple[int, Stamp], Purposes]] = session.info.get("policy_cache", {})
    if _CACHE not in cache or cache[_CACHE][0] != newest:
        cache[_CACHE] = (newest, _read(session))
    return cache[_CACHE][1]


def _read(session: Session) -> Purposes:
    rows = session.execute(
        select(PolicyVersion.code, PolicyVersion.definition).where(PolicyVersion.kind == KIND).order_by(PolicyVersion.id)
    )
    definitions: dict[str, str] = {row.code: row.definition for row in rows}  # a code keeps the place of its first version: its bit
    fields = custom_fields.find_open(session)
    return Purposes([_parse(code, bit, json.loads(text), fields) for bit, (code, text) in enumerate(definitions.items())])


def _parse(code: str, bit: int, rule: Mapping[str, Any], fields: Sequence[CustomField] = ()) -> Purpose:
    return Purpose(
        code=code,
        bit=bit,
        title=rule["title"],
        text=rule["text"],
        basis=rule["basis"],
        groups=tuple(FieldGroup(group) for group in rule["groups"]),
        roles=frozenset(Role(role) for role in rule["roles"]),
        channels=tuple(Channel(channel) for channel in rule["channels"]),
        direct_marketing=rule["direct_marketing"],
        survives_restriction=rule["survives_restriction"],
        recipients=tuple(rule["recipients"]),
        retention=rule["retention"],
        custom=tuple(each for each in fields if code in each.purposes and each.group in rule["groups"]),
    )


def load_initial(session: Session, *, actor: Actor, now: datetime) -> None:
    """Load `config/purposes.toml` as version 1 of every purpose; for `lethe init` alone."""
    rows = []
    for code, rule in initial_policy("purposes").items():
        _parse(code, 0, rule)  # a rule that cannot be read must not become policy
        version = PolicyVersion(kind=KIND, code=code, version=1, definition=json.dumps(rule), set_by=actor.pseudonym, set_at=now)
        session.add(version)
        session.flush()  # one by one: the order of the rows is the order of the bits
        rows.append(bound_rows.digest_of(version))
    audit.record(session, Action.POLICY_LOADED, actor=actor, now=now, kind=KIND, rows=rows)


def set_roles(session: Session, *, code: str, roles: Collection[Role], actor: Actor, now: datetime) -> bool:
    """Say anew which roles act for a purpose, as a new version, and return whether that changed anything; nobody: it is not used.

    Raises:
        KeyError: there is no such purpose.
    """
    rule = policy_versions.find_newest(session, KIND, code).definition
    if rule is None:
        raise KeyError(code)
    if set(rule["roles"]) == set(roles):
        return False
    return policy_versions.append(session, KIND, code, {**rule, "roles": sorted(roles)}, actor=actor, now=now)
