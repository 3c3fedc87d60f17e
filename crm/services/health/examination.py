"""All checks, in the order in which they are read."""

from collections.abc import Sequence
from datetime import datetime

from crm.actor import Actor
from crm.services.health.contact import examine_contact
from crm.services.health.drop import examine_drop_box
from crm.services.health.files import examine_files
from crm.services.health.findings import Finding, State
from crm.services.health.machine import examine_machine
from crm.services.health.mail import examine_mail
from crm.services.health.processes import examine_processes
from crm.services.health.storage import examine_storage
from crm.settings import Settings


def examine(settings: Settings, *, actor: Actor, now: datetime) -> list[Finding]:
    """Examine processes, storage, files, machine, mail, drop mailbox and contact of one installation.

    Changes nothing but the log: opening people to see whether their values are whole is entered there.
    """
    return [
        *examine_processes(settings, now=now),
        *examine_storage(settings, actor=actor, now=now),
        *examine_files(settings),
        *examine_machine(settings),
        *examine_mail(settings),
        *examine_drop_box(settings, now=now),
        *examine_contact(settings),
    ]


def is_anything_wrong(findings: Sequence[Finding]) -> bool:
    """Say whether something has to be put right; hints do not count."""
    return any(each.state is State.WRONG for each in findings)
