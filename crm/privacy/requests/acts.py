"""Who may do what to a case, and while it stands where: one table for the desk, its pages and what is refused.

The coordinator decides; the data protection officer reads everything and decides nothing; management agrees as second person.

Source: Art. 5(2), 32(4), 38(6), 39 DSGVO.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from crm.actor import Actor, Role
from crm.models.request_case import CaseKind, CaseState
from crm.privacy.requests.errors import CoordinatorOnlyError

Roles = frozenset[Role]

DECIDES: Final[Roles] = frozenset({Role.PRIVACY})
AGREES: Final[Roles] = frozenset({Role.PRIVACY, Role.MANAGEMENT})
READS_ALL: Final[Roles] = frozenset({Role.PRIVACY, Role.DPO})
READS_DECISIONS: Final[Roles] = frozenset({Role.PRIVACY, Role.DPO, Role.MANAGEMENT})
OPENS: Final[Roles] = frozenset({Role.PRIVACY, Role.SALES, Role.SERVICE})


class Act(StrEnum):
    """What can be done to a case."""

    ASSIGN = "assign"  # or take out
    NOTE_IDENTITY = "note_identity"
    EXTEND = "extend"
    DECIDE = "decide"
    DECIDE_NOTHING_HELD = "decide_nothing_held"
    COMPOSE = "compose"  # the copy of an answer to a request for access or portability
    GRANT = "grant"
    REFUSE = "refuse"
    SETTLE = "settle"  # a request for restriction or rectification, or an objection with reasons: follow it, or refuse
    APPROVE = "approve"
    REOPEN = "reopen"
    STOP = "stop"
    PUT_BACK = "put_back"  # where it was changed past the program
    MARK_POSTED = "mark_posted"
    TELL_RECIPIENT = "tell_recipient"  # of what was rectified, erased or restricted


# For each act the states in which it can be done, each with the roles that do it then.
RULES: Final[Mapping[Act, Mapping[CaseState, Roles]]] = {
    Act.ASSIGN: {CaseState.OPEN: DECIDES},
    Act.NOTE_IDENTITY: {CaseState.OPEN: DECIDES},
    Act.EXTEND: {CaseState.OPEN: DECIDES},  # what is decided needs no more time, whether a second person has agreed yet or not
    Act.DECIDE: {CaseState.OPEN: DECIDES},
    Act.DECIDE_NOTHING_HELD: {CaseState.OPEN: DECIDES},
    Act.COMPOSE: {CaseState.OPEN: DECIDES},
    Act.GRANT: {CaseState.OPEN: DECIDES},
    Act.REFUSE: {CaseState.OPEN: DECIDES},
    Act.SETTLE: {CaseState.OPEN: DECIDES},
    Act.APPROVE: {CaseState.SECOND: AGREES},
    Act.REOPEN: {CaseState.SECOND: AGREES, CaseState.COOLING: DECIDES},
    Act.STOP: {CaseState.OPEN: DECIDES, CaseState.SECOND: DECIDES, CaseState.COOLING: DECIDES},
    Act.PUT_BACK: dict.fromkeys(CaseState, DECIDES),
    Act.MARK_POSTED: {CaseState.ANSWERING: DECIDES},
    Act.TELL_RECIPIENT: {CaseState.ANSWERING: DECIDES, CaseState.CLOSED: DECIDES},
}


# Acts of one kind of case; all others are of every kind.
_OF_ERASURES: Final = frozenset({Act.DECIDE, Act.APPROVE})
_OF_COPIES: Final = frozenset({Act.COMPOSE, Act.GRANT, Act.REFUSE})
_OF_CLAIMS: Final = frozenset({Act.SETTLE})
_NOT_OF_COPIES: Final = frozenset({Act.TELL_RECIPIENT})


def is_of(act: Act, *, kind: str) -> bool:
    """Say whether an act belongs to a case of this kind."""
    wanted = CaseKind(kind)
    if wanted.is_copy and act in _NOT_OF_COPIES:
        return False
    own = _OF_COPIES if wanted.is_copy else _OF_CLAIMS if wanted.is_claim else _OF_ERASURES
    return act in own or act not in _OF_ERASURES | _OF_COPIES | _OF_CLAIMS


def roles_of(act: Act) -> Roles:
    """Return the roles that do this at some point of a case."""
    return frozenset().union(*RULES[act].values())


def may(act: Act, *, role: Role | None, state: str, kind: str) -> bool:
    """Say whether this role can do this to a case of this kind that stands there."""
    return is_of(act, kind=kind) and role in RULES[act].get(CaseState(state), frozenset())


def require_role(actor: Actor, roles: Collection[Role] = DECIDES) -> None:
    """Refuse whoever does not act in one of these roles.

    Raises:
        CoordinatorOnlyError: they do not.
    """
    if actor.role not in roles:
        raise CoordinatorOnlyError
