"""Runs the check in a process of its own.

A thread would take turns with the requests of its worker at every step of a computation that lasts seconds; a
process leaves them alone. It ends with the worker that started it, and the next look at the page says so.
"""

import multiprocessing
import os
from pathlib import Path

from crm.actor import Actor
from crm.clock import Clock
from crm.runtime import Runtime
from crm.services import ledger_checks
from crm.services.ledger_checks import Claim
from crm.settings import Settings

_POLITE = 10  # pages go first


def start(runtime: Runtime, *, folder: Path, actor: Actor) -> bool:
    """Start a check, unless one is under way on this host; return whether this one is new."""
    held = ledger_checks.claim(folder, now=runtime.clock.now())
    if held is None:
        return False
    with held:
        # spawn: a fork would take along connections, locks and keys.
        context = multiprocessing.get_context("spawn")
        arguments = (runtime.settings, runtime.clock, held, folder, actor)
        context.Process(target=_check, args=arguments, name="log-check", daemon=True).start()
    return True


def _check(settings: Settings, clock: Clock, held: Claim, folder: Path, actor: Actor) -> None:
    os.nice(_POLITE)
    with held:
        runtime = Runtime.open(settings, clock=clock)
        try:
            ledger_checks.run(folder, runtime.database, held=held, sealer=runtime.make_sealer(), actor=actor, clock=clock)
        finally:
            runtime.close()
