"""Accounts of staff, their sign-ins and the counters that slow guessing down.

Staff are people too: addresses, names and second-factor secrets are sealed under the installation key, and
the ledger knows an account only by its pseudonym.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.actor import Role
from crm.db import NOT_PERSONAL, Base, Category, Id, RowId, personal


class AccountRole(Base):
    """One role of one account."""

    __tablename__ = "account_role"

    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), primary_key=True, info=personal(Category.STAFF))
    role: Mapped[str] = mapped_column(String(20), primary_key=True, info=personal(Category.STAFF))


class Account(Base):
    """An account of a member of staff (Benutzerkonto).

    `pseudonym` is separate from `id`, because the ledger is handed to strangers: whoever reads there cannot
    address an account here. `is_invented` marks accounts of the demonstration: only those can be entered
    without a password, whatever the settings say.
    """

    __tablename__ = "account"

    id: Mapped[RowId]
    pseudonym: Mapped[Id] = mapped_column(unique=True, info=personal(Category.STAFF))
    email_tag: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True, info=personal(Category.STAFF))
    sealed_email: Mapped[bytes] = mapped_column(info=personal(Category.STAFF))
    sealed_name: Mapped[bytes] = mapped_column(info=personal(Category.STAFF))
    password_hash: Mapped[str] = mapped_column(String(200), info=personal(Category.STAFF))
    # Set while the password is one that somebody else chose: it must be changed at the first sign-in, before this moment.
    start_password_until: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    sealed_totp: Mapped[bytes | None] = mapped_column(info=personal(Category.STAFF))
    # The time step of the last code that was accepted; a code counts once, so only later steps are accepted.
    totp_step: Mapped[int] = mapped_column(default=0, info=personal(Category.STAFF))
    language: Mapped[str | None] = mapped_column(String(2), info=personal(Category.STAFF))
    notice_version: Mapped[str | None] = mapped_column(String(20), info=personal(Category.STAFF))
    notice_confirmed_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    is_invented: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    disabled_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    # Since when nothing but the pseudonym is left of the account, because its period after leaving has ended.
    forgotten_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    role_rows: Mapped[list[AccountRole]] = relationship(cascade="all, delete-orphan", lazy="selectin", order_by=AccountRole.role)

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles held, without an order."""
        return frozenset(Role(row.role) for row in self.role_rows)


class SignIn(Base):
    """One sign-in of an account, from the password to the sign-out (Anmeldung).

    The browser holds a random token, the table only its hash: reading the table lets nobody in. Neither
    address nor kind of the device is kept, because ending a sign-in needs neither. `row_tag` is a keyed hash of
    everything else in the row: what SQL changes is no sign-in any more (`crm.services.accounts.binding`).
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id", "account_id"),)

    id: Mapped[RowId]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=personal(Category.STAFF))
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), info=personal(Category.STAFF))
    created_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    seen_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    expires_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    second_factor_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    # A new second-factor secret that was shown and not yet proven with a code.
    sealed_new_totp: Mapped[bytes | None] = mapped_column(info=personal(Category.STAFF))
    new_totp_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    role: Mapped[str] = mapped_column(String(20), info=personal(Category.STAFF))
    ended_at: Mapped[datetime | None] = mapped_column(info=personal(Category.STAFF))
    row_tag: Mapped[bytes] = mapped_column(LargeBinary(16), info=personal(Category.STAFF))
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class SignInThrottle(Base):
    """How often something was tried for one account or from one network, as a keyed hash of it.

    Rows exist for unknown addresses too, so that a lock says nothing about who has an account.
    """

    __tablename__ = "sign_in_throttle"

    tag: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, info=personal(Category.STAFF))
    tries: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    tried_at: Mapped[datetime] = mapped_column(info=personal(Category.STAFF))
    closed_until: Mapped[datetime | None] = mapped_column(info=NOT_PERSONAL)
