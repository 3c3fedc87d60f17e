"""Rules of daily work as the company set them: stages of a deal, promises of a ticket, names, the financial year."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.actor import Actor
from crm.db import once
from crm.models.policy import PolicyVersion
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.settings import initial_policy

KIND: Final = "work"
WON: Final = "won"
LOST: Final = "lost"
_POLICY = PolicyVersion.__table__.c
_NEWEST = select(func.max(_POLICY.id)).where(_POLICY.kind == KIND)
_VERSIONS = select(_POLICY.code, _POLICY.definition).where(_POLICY.kind == KIND).order_by(_POLICY.id)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a field can have, with its name in both languages."""

    code: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stage(Choice):
    """One stage of a deal; `probability` in percent is what a deal gets when it enters."""

    probability: int

    @property
    def ends(self) -> bool:
        return self.code in {WON, LOST}


@dataclass(frozen=True, slots=True)
class Priority(Choice):
    """How soon a ticket is answered and solved, in hours of service."""

    answer_hours: int
    solve_hours: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The first month of the financial year, and the hours of service on working days (from inclusive, to exclusive)."""

    first_month: int
    service_from: int
    service_to: int


@dataclass(frozen=True, slots=True)
class WorkRules:
    """All rules of daily work as they stand now; each mapping is by code and in the order in which people choose."""

    stages: Mapping[str, Stage]
    loss_reasons: Mapping[str, Choice]
    capacities: Mapping[str, Choice]
    topics: Mapping[str, Choice]
    priorities: Mapping[str, Priority]
    campaign_kinds: Mapping[str, Choice]
    calendar: Calendar
    products: tuple[str, ...]
    regions: tuple[str, ...]
    min_cell: int


def find(session: Session) -> WorkRules:
    """Return the rules as they stand now; read again only when a version was added."""
    return once(session, KIND, lambda: _find(session))


def _find(session: Session) -> WorkRules:
    newest = session.scalar(_NEWEST) or 0
    cache: dict[str, tuple[int, WorkRules]] = session.info.get("policy_cache", {})
    if KIND not in cache or cache[KIND][0] != newest:
        written = {code: json.loads(text) for code, text in session.execute(_VERSIONS)}
        cache[KIND] = (newest, parse({**initial_policy(KIND), **written}))
    return cache[KIND][1]


def parse(sections: Mapping[str, Any]) -> WorkRules:
    """Return the rules that these sections of `config/work.toml` say."""

    def read(section: str, kind: Any = Choice) -> dict[str, Any]:
        return {code: kind(code=code, **rule) for code, rule in sections[section].items()}

    return WorkRules(
        stages=read("stages", Stage),
        loss_reasons=read("loss_reasons"),
        capacities=read("capacities"),
        topics=read("topics"),
        priorities=read("priorities", Priority),
        campaign_kinds=read("campaign_kinds"),
        calendar=Calendar(**sections["calendar"]),
        products=tuple(sections["names"]["products"]),
        regions=tuple(sections["names"]["regions"]),
        min_cell=int(sections["disclosure_control"]["min_cell"]),
    )


def load_initial(session: Session, *, actor: Actor, now: datetime) -> None:
    """Load `config/work.toml` as version 1 of every section; for `lethe init` alone."""
    sections = initial_policy(KIND)
    parse(sections)  # a rule that cannot be read must not become policy
    rows = []
    for code, rules in sections.items():
        version = PolicyVersion(kind=KIND, code=code, version=1, definition=json.dumps(rules), set_by=actor.pseudonym, set_at=now)
        session.add(version)
        session.flush()
        rows.append(bound_rows.digest_of(version))
    audit.record(session, Action.POLICY_LOADED, actor=actor, now=now, kind=KIND, rows=rows)
