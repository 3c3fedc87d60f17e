"""What the staff notice promises about sign-ins and counters is done by the worker."""

from datetime import date, timedelta

from sqlalchemy import func, select

from crm.jobs.signing_in import forget_sign_ins
from crm.jobs.slots import Slot
from crm.models.account import SignIn, SignInThrottle
from crm.services.accounts import authentication
from crm.services.accounts.errors import SignInFailedError
from crm.services.accounts.signins import Lifetimes
from tests.support.staff import hire

SLOT = Slot("2026-11-23T03", date(2026, 11, 23))


def count(runtime, table):
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_worker_forgets_counters_after_twelve_hours_and_sign_ins_after_ninety_days(runtime, quick_hashes, clock):
    vera = hire(runtime.database, clock.now())
    lifetimes = Lifetimes.of(runtime.settings)
    for password in (vera.password, "something else entirely"):
        try:
            authentication.sign_in(runtime.database, email=vera.email, password=password, client=None, lifetimes=lifetimes, now=clock.now())
        except SignInFailedError:
            assert password != vera.password
    assert (count(runtime, SignIn), count(runtime, SignInThrottle)) == (1, 2)

    clock.advance(timedelta(hours=12))
    forget_sign_ins(runtime, SLOT)
    assert (count(runtime, SignIn), count(runtime, SignInThrottle)) == (1, 0)

    clock.advance(timedelta(days=90))
    forget_sign_ins(runtime, SLOT)
    assert count(runtime, SignIn) == 0
