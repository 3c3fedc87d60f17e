"""Drops what was sent into the letterbox; when this returns, it is on the disk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from crm.db import Session
from crm.errors import UnavailableError
from crm.models.intake import IntakeKind
from crm.portal.installation import current_portal
from crm.privacy.intake import letterbox
from crm.site.i18n import current_language
from crm.site.incidents import report


class NotTakenError(UnavailableError):
    """Nothing can be kept at the moment. Why is for whoever looks after the machine; a customer needs another way (Art. 12(2))."""

    message = (
        "Wir konnten Ihre Nachricht gerade nicht aufnehmen, und es wurde nichts gespeichert. Bitte versuchen Sie es später noch einmal, "
        "oder schreiben Sie uns einen Brief oder rufen Sie uns an."
    )


class OutOfReachError(UnavailableError):
    """Nothing can be looked up at the moment; as above, a customer needs another way and not the reason."""

    message = (
        "Diese Seite ist gerade nicht erreichbar. Bitte versuchen Sie es in einigen Minuten noch einmal, "
        "oder schreiben Sie uns einen Brief oder rufen Sie uns an."
    )


@contextmanager
def taking_in() -> Iterator[Session]:
    """Open the unit of work in which something is taken in.

    Raises:
        NotTakenError: there is no room, or the database cannot be had; nothing was kept.
    """
    try:
        with current_portal().database.writing() as session:
            yield session
    except UnavailableError as error:
        report(error)
        raise NotTakenError from error


def drop_in(kind: IntakeKind, message: Mapping[str, str]) -> None:
    """Keep a message durably; whether anybody has the address is asked by the worker alone.

    Raises:
        NotTakenError: it could not be kept.
    """
    now = current_portal().clock.now()
    with taking_in() as session:
        letterbox.receive(session, kind=kind, message=message, link_hash=None, language=current_language(), now=now)
