"""What jobs clear away by time alone, each with its entry: staff's old sign-ins, keys whose person was never written.

Source: Art. 5(1)(e), 5(2) DSGVO.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from crm.actor import system_actor
from crm.db import Database
from crm.privacy import audit
from crm.privacy.actions import Action
from crm.services.accounts import signins, throttle
from crm.vault import Vault

_SIGN_INS: Final = system_actor("sign_ins")
_KEYS: Final = system_actor("keys")


def forget_sign_ins(session: Session, *, now: datetime) -> None:
    """Forget sign-ins and counters of tries whose time is up."""
    number = signins.forget_old(session, now=now) + throttle.forget_old(session, now=now)
    if number:
        audit.record(session, Action.SIGN_INS_FORGOTTEN, actor=_SIGN_INS, now=now, count=number)


def sweep_keys(database: Database, *, vault: Vault, older_than: datetime, clock: Callable[[], datetime]) -> None:
    """Remove orphaned keys made before `older_than`, and finish destructions that a crash interrupted."""
    with database.reading() as session:
        number = vault.sweep_orphans(session, older_than=older_than)
        if number:
            audit.record(session, Action.KEYS_SWEPT, actor=_KEYS, now=clock(), count=number)
    vault.finish_destructions(clock=clock)
