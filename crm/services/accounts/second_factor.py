"""The second factor: time-based one-time codes (TOTP, RFC 6238), each accepted once."""

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.models.account import Account, SignIn
from crm.vault import Vault

_STEP_SECONDS = 30
_DIGITS = 6
# One step before and after: clocks of phones differ, and typing takes time.
_TOLERATED_STEPS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret to be taken over by an authenticator app: as text to type and as address for the QR code."""

    secret: str
    uri: str


def make_secret() -> str:
    """Return a new random secret of 160 bits, as base32."""
    return pyotp.random_base32(32)


def enrolment(secret: str, *, email: str, organisation: str) -> Enrolment:
    """Return what an authenticator app needs to take over `secret`."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Lethe {organisation}".strip())
    return Enrolment(secret=secret, uri=uri)


def current_code(secret: str, *, now: datetime) -> str:
    """Return the code that an authenticator app shows at `now`."""
    return pyotp.TOTP(secret).generate_otp(_step(now))


def matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time step to which `code` belongs, or None."""
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    steps = [_step(now) + shift for shift in _TOLERATED_STEPS]
    codes = [pyotp.TOTP(secret).generate_otp(step) for step in steps]
    matching = [step for step, expected in zip(steps, codes, strict=True) if hmac.compare_digest(expected, typed)]
    return max(matching, default=None)


def accept_step(session: Session, account_id: str, step: int) -> bool:
    """Take the time step of a code; False when it or a later one was taken before, by whomever, at the same moment included.

    Source: RFC 6238, 5.2 (a code must not be accepted twice).
    """
    taken = session.execute(
        update(Account)
        .where(Account.id == account_id, Account.totp_step < step)
        .values(totp_step=step)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def secret_of(session: Session, account: Account) -> str | None:
    """Open the secret of an account; None when it has no second factor."""
    if account.sealed_totp is None:
        return None
    return Vault.of(session).open_own("account", "sealed_totp", account.id, account.sealed_totp).decode()


def keep(session: Session, account: Account, secret: str) -> None:
    """Seal `secret` into the account."""
    account.sealed_totp = Vault.of(session).seal_own("account", "sealed_totp", account.id, secret.encode())


def offer(session: Session, sign_in: SignIn, *, now: datetime) -> None:
    """Put a new secret into the sign-in, to be shown and then proven with a code."""
    sign_in.sealed_new_totp = Vault.of(session).seal_own("sign_in", "sealed_new_totp", sign_in.id, make_secret().encode())
    sign_in.new_totp_at = now


def offered_secret(session: Session, sign_in: SignIn) -> str | None:
    """Open the secret that was offered in this sign-in; None when none is open."""
    if sign_in.sealed_new_totp is None:
        return None
    return Vault.of(session).open_own("sign_in", "sealed_new_totp", sign_in.id, sign_in.sealed_new_totp).decode()


def _step(now: datetime) -> int:
    return int(now.timestamp()) // _STEP_SECONDS
