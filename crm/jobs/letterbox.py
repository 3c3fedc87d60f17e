"""Empties the portal's letterbox, four times a second."""

from crm.jobs.slots import Slot
from crm.privacy import intake
from crm.runtime import Runtime


def publish(runtime: Runtime) -> None:
    """Put the public key where the portal finds it: an installation older than the portal has none there yet."""
    with runtime.database.writing() as session:
        intake.publish_key(session, now=runtime.clock.now())


def empty(runtime: Runtime) -> None:
    """Let everything that was dropped in take effect."""
    intake.drain(runtime.database, settings=runtime.settings, now=runtime.clock.now())


def let_lapse(runtime: Runtime, _slot: Slot) -> None:
    """Let go of what nobody confirmed in time, and of links whose time is over."""
    with runtime.database.writing() as session:
        intake.lapse(session, now=runtime.clock.now())
