"""A second opinion on who may see what, written from the law and not from the code.

It is slow on purpose: it replays every fact about a person one by one, and shares no line with `crm.privacy`.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Facts:
    """What happened to one person, in the order in which it was recorded."""

    erased: bool = False
    grounds: list = field(default_factory=list)  # (purpose, "started" | "ended", effective_at, recorded_at)
    objections: list = field(default_factory=list)  # (scope, channel or None, "raised" | "corrected")
    restrictions: list = field(default_factory=list)  # "imposed" | "lifted"
    consents: list = field(default_factory=list)  # (purpose, channel, act, effective_at)


def visible_fields(role: str, rule: dict, code: str, facts: Facts, stored: dict, fields_of: dict, now: datetime) -> set | None:
    """Return the fields that somebody in this role sees for this purpose, or None when the purpose is not theirs.

    Args:
        rule: the purpose as `config/purposes.toml` writes it.
        stored: the person's fields.
        fields_of: which fields a group has.
    """
    if role not in rule["roles"]:
        return None
    if facts.erased:
        return set()
    if facts.restrictions and facts.restrictions[-1] == "imposed" and not rule["survives_restriction"]:
        return set()  # Art. 18(2)
    if _objected(rule, code, facts):
        return set()  # Art. 21
    if rule["basis"] == "6-1-a":
        if not _consented(rule, code, facts, now):
            return set()  # Art. 6(1)(a), 7
    elif not _grounded(code, facts, now):
        return set()  # Art. 6(1)(b), (c), (f)
    return {name for group in rule["groups"] if group in fields_of for name in fields_of[group] if stored.get(name)}


def _objections_that_stand(facts: Facts) -> set:
    standing = set()
    for scope, channel, act in facts.objections:
        standing.discard((scope, channel))
        if act == "raised":
            standing.add((scope, channel))
    return standing


def _objected(rule: dict, code: str, facts: Facts) -> bool:
    standing = _objections_that_stand(facts)
    if (code, None) in standing:
        return True  # Art. 21(1): this purpose is contested
    if not rule["direct_marketing"]:
        return False
    if ("direct_marketing", None) in standing:
        return True  # Art. 21(3)
    ways = list(rule["channels"])
    return len(ways) > 0 and sum(("direct_marketing", way) in standing for way in ways) == len(ways)


def _consented(rule: dict, code: str, facts: Facts, now: datetime) -> bool:
    for way in rule["channels"]:
        if ("direct_marketing", way) in _objections_that_stand(facts):
            continue
        latest = None
        for purpose, channel, act, effective_at in facts.consents:
            if (purpose, channel) != (code, way):
                continue
            if act == "withdrawn" or effective_at <= now:
                latest = act
        if latest == "given":
            return True
    return False


def _grounded(code: str, facts: Facts, now: datetime) -> bool:
    begun = None
    ends = None
    for purpose, act, effective_at, recorded_at in facts.grounds:
        if purpose != code:
            continue
        if act == "started":
            begun, ends = effective_at, None
        elif effective_at <= recorded_at:
            begun, ends = None, None  # ended when it was recorded, whatever the clock says later
        elif begun is not None:
            ends = effective_at
    return begun is not None and begun <= now and (ends is None or now < ends)
