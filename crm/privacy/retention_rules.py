"""Which Löschregeln hold: those an installation begins with, and over them what the controller has set since.

A change says from when it is to hold (`retention_changes`); only when that day has come does it become a version that is read here. So
what is asked here and the days that are kept ready agree, whatever the clock says.

Source: Art. 5(1)(e), 5(2), 24(1) DSGVO; DIN 66398.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.models.policy import PolicyVersion
from crm.privacy.periods import RetentionRule, find_shipped, read_period

KIND: Final = "retention"
FRAME_KIND: Final = "retention_frame"
FRAME: Final = "frame"
Rules = Mapping[str, RetentionRule]
_CACHE: Final = "retention_rules"
_POLICY = PolicyVersion.__table__.c
_MINE = _POLICY.kind.in_([KIND, FRAME_KIND])
_NEWEST = select(func.max(_POLICY.id)).where(_MINE)
_VERSIONS = select(_POLICY.kind, _POLICY.code, _POLICY.version, _POLICY.definition).where(_MINE).order_by(_POLICY.id)
_Versions = Iterable[tuple[str, str, int, str]]


class Sector(StrEnum):
    """What the controller is, as far as a statute asks."""

    GENERAL = "general"
    FINANCIAL = "financial"  # banks, insurers, securities firms: vouchers are kept for ten years


class SystemOfRecord(StrEnum):
    """Where invoices are kept themselves (Führungssystem); what lies elsewhere is a copy without a duty of its own."""

    ERP = "erp"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Frame:
    """What the controller is, beside the rules themselves; version 0: nobody has said so."""

    sector: Sector = Sector.GENERAL
    system_of_record: SystemOfRecord = SystemOfRecord.ERP
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Read:
    rules: Rules
    frame: Frame
    newest: int


def find_rules(session: Session) -> Rules:
    """Return the rules as they hold now, by code; asked once for each unit of work."""
    return _find(session).rules


def find_rules_at(session: Session, moment: datetime) -> Rules:
    """Return the rules as they held at a moment, for what is shown of it later."""
    versions: _Versions = map(tuple, session.execute(_VERSIONS.where(_POLICY.set_at <= moment)))
    return _read(versions, 0).rules


def find_frame(session: Session) -> Frame:
    """Return sector and system of record as they hold now."""
    return _find(session).frame


def find_newest(session: Session) -> int:
    """Return the number of the newest version of any rule; 0 as long as nothing was changed."""
    return _find(session).newest


def forget_read(session: Session) -> None:
    """Read the rules anew at the next question, because this unit of work has just changed one."""
    session.info.pop(_CACHE, None)


def in_sector(rule: RetentionRule, sector: Sector) -> RetentionRule:
    """Return a rule with the period that a statute names for the sector, where it names a longer one.

    Source: § 147(3) AO; § 257(4) HGB, as amended in December 2025.
    """
    longer = rule.sector.get(sector)
    if longer is None or longer.length <= rule.period.length:
        return rule
    return replace(rule, period=longer, available=longer)


def _find(session: Session) -> _Read:
    read: _Read | None = session.info.get(_CACHE)
    if read is None:
        newest = session.scalar(_NEWEST) or 0
        cache: dict[str, _Read] = session.info.get("policy_cache", {})
        read = cache.get(_CACHE)
        if read is None or read.newest != newest:
            read = cache[_CACHE] = _read(map(tuple, session.execute(_VERSIONS)) if newest else (), newest)
        session.info[_CACHE] = read
    return read


def _read(versions: _Versions, newest: int) -> _Read:
    rules, frame = dict(find_shipped()), Frame()
    changed: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for kind, code, version, text in versions:
        if kind == FRAME_KIND:
            said = json.loads(text)
            frame = Frame(Sector(said["sector"]), SystemOfRecord(said["system_of_record"]), version)
        else:
            changed[code] = version, json.loads(text)
    for code, (version, said) in changed.items():
        rules[code] = replace(rules[code], period=read_period(said["period"]), version=version)
    return _Read({code: in_sector(rule, frame.sector) for code, rule in rules.items()}, frame, newest)
