"""Binds the row of a sign-in to what the program wrote, so that SQL makes no stolen cookie valid again.

A token is worth what its row says: whose it is, how far it has come, whether it ended. Each row carries a keyed hash of
all that, with a secret that lies in the key store and not beside the rows. Only whoever copies a whole row and puts it
back gets it believed, and then no longer than the idle time-out, because the last use is bound too.

Source: Art. 32(1)(b) DSGVO.
"""

import json
from typing import Final

from sqlalchemy.orm import Session

from crm.clock import micros
from crm.models.account import SignIn
from crm.vault import SealedRow, Vault

_MOMENTS: Final = ("created_at", "seen_at", "expires_at", "second_factor_at", "new_totp_at", "ended_at")


def bind(session: Session, sign_in: SignIn) -> None:
    """Bind the row as it is now; belongs after the last change to it, and only to rows that were sound before."""
    sign_in.row_tag = Vault.of(session).row_seal(SealedRow.SIGN_IN, _said(sign_in))


def is_sound(session: Session, sign_in: SignIn) -> bool:
    """Say whether the row is what the program made of it.

    Raises:
        KeyUnavailableError: the secret cannot be had at the moment; nobody is let in on trust meanwhile.
    """
    return Vault.of(session).bears_seal(SealedRow.SIGN_IN, _said(sign_in), sign_in.row_tag)


def _said(sign_in: SignIn) -> str:
    offered = sign_in.sealed_new_totp.hex() if sign_in.sealed_new_totp else None
    moments = [micros(moment) if (moment := getattr(sign_in, name)) else None for name in _MOMENTS]
    return json.dumps([sign_in.id, sign_in.account_id, sign_in.token_hash.hex(), sign_in.role, offered, *moments])
