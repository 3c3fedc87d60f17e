"""Accounts of staff for tests, and browsers that have signed in with them."""

import re
from dataclasses import dataclass, field

import pytest
from argon2 import PasswordHasher

from crm.actor import Actor, Role
from crm.models.account import Account
from crm.services.accounts import passwords, second_factor, staff_notice, users

ADMIN = Actor("a" * 32, frozenset({Role.ADMIN}), Role.ADMIN)
PASSWORD = "Regenschirm-Kaktus-Ofen-17"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

# For what happens before or after the database: once is enough.
on_one_engine = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Member:
    """An account with what its owner knows."""

    id: str
    pseudonym: str
    email: str
    password: str = PASSWORD
    secret: str | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)

    def code(self, now):
        return second_factor.current_code(self.secret, now=now)


@pytest.fixture
def quick_hashes(monkeypatch):
    """Hash passwords cheaply: tests sign in a hundred times; one test of its own looks at the real parameters."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords.nobodys_hash.cache_clear()
    yield
    passwords.nobodys_hash.cache_clear()


def hire(
    database, now, *roles, email="vera.kunze@example.com", name="Vera Kunze", second_factor_secret=None, start_password=False, notice=True
):
    """Add an account that is past its first day: own password, notice confirmed, second factor if asked for."""
    roles = frozenset(roles or {Role.SALES})
    with database.writing() as session:
        account = users.add_with_password(session, email=email, name=name, roles=roles, password=PASSWORD, actor=ADMIN, now=now)
        if not start_password:
            account.start_password_until = None
        if second_factor_secret:
            second_factor.keep(session, account, second_factor_secret)
        if notice:
            account.notice_version, account.notice_confirmed_at = staff_notice.current().version, now
    return Member(account.id, account.pseudonym, email, PASSWORD, second_factor_secret, roles)


def stored(database, member):
    """Return the row of an account as it stands."""
    with database.reading() as session:
        return session.get_one(Account, member.id)


class Browser:
    """A browser in front of the staff site: keeps cookies, sends forms with the token of the page."""

    def __init__(self, app, address="192.0.2.7"):
        self.client = app.test_client()
        self._address = {"REMOTE_ADDR": address}

    def get(self, path, **options):
        return self.client.get(path, environ_base=self._address, **options)

    def post(self, path, fields=None, *, page="/sign-in", **options):
        return self.client.post(path, data={"csrf_token": self.token(page), **(fields or {})}, environ_base=self._address, **options)

    def token(self, page="/sign-in"):
        """Return the CSRF token of a page; every page that has a form has it."""
        text = self.get(page, follow_redirects=True).get_data(as_text=True)
        return re.search(r'name="csrf_token" value="([^"]+)"', text).group(1)

    def sign_in(self, member, now=None):
        """Go all the way in; needs an account without open steps."""
        answer = self.post("/sign-in", {"email": member.email, "password": member.password})
        if member.secret:
            answer = self.post("/sign-in/code", {"code": member.code(now)}, page="/sign-in/code")
        return answer

    @property
    def cookie(self):
        return self.client.get_cookie("lethe_staff").value
