"""Who acts: a pseudonym and the roles it holds. Names and addresses of staff stay in their accounts."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The roles of an installation, in the order in which pages list them."""

    SALES = "sales"
    MARKETING = "marketing"
    SERVICE = "service"
    ACCOUNTING = "accounting"
    MANAGEMENT = "management"
    PRIVACY = "privacy"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMIN = "admin"


# The data protection officer monitors and must not check their own decisions (Art. 38(6) DSGVO; C-453/21).
EXCLUDED_TOGETHER: frozenset[frozenset[Role]] = frozenset(
    {
        frozenset({Role.DPO, Role.ADMIN}),
        frozenset({Role.DPO, Role.PRIVACY}),
        frozenset({Role.DPO, Role.MANAGEMENT}),
    }
)

SECOND_FACTOR_REQUIRED = frozenset({Role.PRIVACY, Role.DPO, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts.

    Attributes:
        pseudonym: what the ledger shows: a random id of an account, `cli:<uid>`, or `system:<job>`.
        roles: all roles held.
        role: the role acted in, which the ledger entry names; one of `roles`, or None for the system.
    """

    pseudonym: str
    roles: frozenset[Role] = frozenset()
    role: Role | None = None


def system_actor(job: str) -> Actor:
    """Return the actor for work that no person started."""
    return Actor(pseudonym=f"system:{job}")
