"""Forgets sign-ins and counters of tries when their time is up, as the staff notice promises."""

from crm.jobs.slots import Slot
from crm.runtime import Runtime
from crm.services import clearing


def forget_sign_ins(runtime: Runtime, _slot: Slot) -> None:
    """Remove sign-ins 90 days after they expired and counters twelve hours after the last try."""
    with runtime.database.writing() as session:
        clearing.forget_sign_ins(session, now=runtime.clock.now())
