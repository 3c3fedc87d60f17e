"""Changes of Löschregeln take effect: when their day has come, and before anything is forgotten by them.

Source: Art. 5(1)(e), 5(2) DSGVO.
"""

from datetime import datetime

from crm.actor import Actor
from crm.db import Database
from crm.privacy import documents, due, retention_changes


def take_effect(database: Database, *, actor: Actor, now: datetime) -> bool:
    """Let changes hold whose day has come, compute every day anew, and say whether there was anything to do.

    That the days are computed is noted last: what a crash stops is done again by the next call, and no run goes before.

    Raises:
        KeyUnavailableError: whose row is sound cannot be said at the moment; the next call goes on.
    """
    with database.writing() as session:
        today = now.astimezone(due.zone_of(session)).date()
        if not retention_changes.put_into_effect(session, today=today, actor=actor, now=now):
            return False
    due.refresh_all(database, now=now)
    documents.move_ends(database, actor=actor, now=now)
    with database.writing() as session:
        retention_changes.note_computed(session, actor=actor, now=now)
    return True
