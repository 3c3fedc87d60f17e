"""What members of staff change about their own account."""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.actor import Role
from crm.db import Database
from crm.models.account import Account, SignIn
from crm.privacy import audit, bound_rows
from crm.privacy.actions import Action
from crm.services.accounts import account_mail, addresses, authentication, passwords, second_factor, signins, staff_notice
from crm.services.accounts.errors import LanguageUnknownError, NoEnrolmentError, PasswordUnchangedError, RoleNotHeldError
from crm.services.accounts.second_factor import Enrolment
from crm.services.accounts.signins import SignedIn
from crm.settings import LANGUAGES


def change_password(database: Database, signed_in: SignedIn, *, current: str, new: str, organisation: str, now: datetime) -> str:
    """Replace the password after asking for the current one; return the new token.

    Raises:
        PasswordWrongError: the current password is wrong.
        PasswordTooShortError, PasswordTooCommonError, …: the new one is refused.
    """
    authentication.require_password(database, signed_in, password=current, now=now)
    return _replace_password(database, signed_in, new, organisation, now)


def replace_start_password(database: Database, signed_in: SignedIn, *, new: str, organisation: str, now: datetime) -> str:
    """Replace a password that somebody else chose; it was typed a moment ago, so it is not asked for again."""
    if signed_in.step is not signins.Step.NEW_PASSWORD:
        raise RuntimeError("only a start password is replaced without the current one")
    return _replace_password(database, signed_in, new, organisation, now)


def begin_enrolment(database: Database, signed_in: SignedIn, *, password: str, now: datetime) -> None:
    """Offer a new second factor, after asking for the password; it counts once a code proves it.

    Raises:
        PasswordWrongError: the password is wrong.
    """
    authentication.require_password(database, signed_in, password=password, now=now)
    with database.writing() as session:
        signins.offer_second_factor(session, signed_in, now=now)


def get_enrolment(session: Session, signed_in: SignedIn, *, organisation: str, now: datetime) -> Enrolment:
    """Return the second factor that was offered in this sign-in.

    Raises:
        NoEnrolmentError: none was offered, or too long ago.
    """
    offered = find_enrolment(session, signed_in, organisation=organisation, now=now)
    if offered is None:
        raise NoEnrolmentError
    return offered


def find_enrolment(session: Session, signed_in: SignedIn, *, organisation: str, now: datetime) -> Enrolment | None:
    """Return the second factor that was offered in this sign-in, or None."""
    current = session.get_one(SignIn, signed_in.sign_in_id)
    secret = signins.find_offered_secret(session, current, now=now)
    if secret is None:
        return None
    return second_factor.enrolment(secret, email=addresses.email_of(session, current.account), organisation=organisation)


def get_email(session: Session, signed_in: SignedIn) -> str:
    """Return one's own address; no entry is made, because nobody else's data are read."""
    return addresses.email_of(session, _own(session, signed_in))


def get_notice_confirmation(session: Session, signed_in: SignedIn) -> datetime | None:
    """Return when one confirmed the staff notice."""
    return _own(session, signed_in).notice_confirmed_at


def confirm_notice(session: Session, signed_in: SignedIn, *, version: str, now: datetime) -> None:
    """Note that the staff notice was read; an old version that was still on the screen does not count."""
    if version != staff_notice.current().version:
        return
    account = _own(session, signed_in)
    account.notice_version, account.notice_confirmed_at = version, now
    audit.record(session, Action.ACCOUNT_NOTICE_CONFIRMED, actor=signed_in.actor, now=now, kind="account", result=version)


def choose_role(session: Session, signed_in: SignedIn, *, role: str, now: datetime) -> str:
    """Act in another of one's own roles from now on; return the new token.

    Raises:
        RoleNotHeldError: the account does not have this role.
    """
    current = signins.get_open(session, signed_in.sign_in_id)
    if role not in current.account.roles:
        raise RoleNotHeldError(field="role")
    current.role = Role(role)
    audit.record(session, Action.ACCOUNT_ROLE_CHOSEN, actor=signed_in.actor, now=now, kind="account", result=role)
    return signins.renew_token(session, current)


def choose_language(session: Session, signed_in: SignedIn, *, language: str) -> None:
    """Remember the language of pages for this person. A matter of taste, so no entry is made."""
    if language not in LANGUAGES:
        raise LanguageUnknownError(field="language")
    _own(session, signed_in).language = language


def _replace_password(database: Database, signed_in: SignedIn, new: str, organisation: str, now: datetime) -> str:
    with database.reading() as session:
        account = _own(session, signed_in)
        context = (addresses.name_of(session, account), addresses.email_of(session, account), organisation)
    passwords.require_acceptable(new, context=context)
    if passwords.matches(account.password_hash, new):
        raise PasswordUnchangedError(field="password")
    password_hash = passwords.hash_password(new)
    with database.writing() as session:
        current = signins.get_open(session, signed_in.sign_in_id)
        current.account.password_hash = password_hash
        current.account.start_password_until = None
        signins.end_all(session, signed_in.account_id, now=now, keep=current.id)
        rows = [bound_rows.digest_of_account(current.account)]
        audit.record(session, Action.ACCOUNT_PASSWORD_CHANGED, actor=signed_in.actor, now=now, kind="account", rows=rows)
        account_mail.tell(session, current.account, "password_changed", now=now)
        return signins.renew_token(session, current)


def _own(session: Session, signed_in: SignedIn) -> Account:
    return session.get_one(Account, signed_in.account_id)
