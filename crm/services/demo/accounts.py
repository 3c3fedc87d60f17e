"""The accounts of the demonstration: one for each role, with secrets that everybody may know."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.services.accounts.demo import PASSWORD, InventedAccount, add_invented

_TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - the demonstration's, its codes are shown

_PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("brandt", "J. Brandt", Role.SALES),
    ("oezdemir", "M. Özdemir", Role.SALES),
    ("voss", "K. Voss", Role.MARKETING),
    ("lindner", "A. Lindner", Role.SERVICE),
    ("kessler", "R. Keßler", Role.ACCOUNTING),
    ("auerfeld", "H. Auerfeld", Role.MANAGEMENT),
    ("sommer", "T. Sommer", Role.PRIVACY),
    ("weiss", "D. Weiß", Role.DPO),
    ("novak", "P. Novak", Role.AUDITOR),
    ("hartmann", "S. Hartmann", Role.ADMIN),
)


def add_accounts(session: Session, *, actor: Actor, now: datetime) -> dict[Role, list[str]]:
    """Make the accounts, minute by minute up to `now`, and return their ids by role.

    Never two in one moment: the first of a role is the one whose work the demonstration prepares and whom a click signs in.
    """
    made: dict[Role, list[str]] = defaultdict(list)
    for left, (name, shown, role) in zip(range(len(_PEOPLE) - 1, -1, -1), _PEOPLE, strict=True):
        invented = InventedAccount(email=f"{name}@auerfeld.example", name=shown, roles=[role], password=PASSWORD, totp_secret=_TOTP_SECRET)
        account = add_invented(session, invented, actor=actor, now=now - timedelta(minutes=left))
        made[role].append(account.id)
    return made
