"""Forgets sign-ins and counters of tries when their time is up, as the staff notice promises."""

from crm.jobs.slots import Slot
from crm.runtime import Runtime
from crm.services.accounts import signins, throttle


def forget_sign_ins(runtime: Runtime, _slot: Slot) -> None:
    """Remove sign-ins 90 days after they expired and counters twelve hours after the last try."""
    now = runtime.clock.now()
    with runtime.database.writing() as session:
        signins.forget_old(session, now=now)
        throttle.forget_old(session, now=now)
