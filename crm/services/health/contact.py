"""Can people reach the controller?"""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from crm.db import file_of, make_engine
from crm.services.controller import overlay
from crm.services.health.findings import Finding, State
from crm.settings import Settings


class ContactNotSet(Finding):
    """The portal cannot say how to reach the controller, though that has to be told (Art. 13(1)(a) DSGVO)."""

    check = "contact"
    state = State.HINT
    message = (
        "Das Portal nennt keinen Weg zu Ihnen (Art. 13 DSGVO). Tragen Sie auf der Seite Einrichtung Anschrift, E-Mail oder Telefon ein."
    )


class ContactSet(Finding):
    """The portal says how to reach the controller."""

    check = "contact"
    state = State.OK
    message = "Das Portal sagt, wie man Sie erreicht."


def examine_contact(settings: Settings) -> Iterator[Finding]:
    """Look whether the portal has any way to the controller to show."""
    settings = _as_they_are(settings)
    yield ContactSet() if settings.organisation_address or settings.privacy_email or settings.privacy_phone else ContactNotSet()


def _as_they_are(settings: Settings) -> Settings:
    """Return the settings with what the administration has set since; without, where the database cannot be asked."""
    file = file_of(settings.database)
    if file and not file.exists():  # looking would make it
        return settings
    engine = make_engine(settings.database)
    try:
        return overlay(engine, settings)
    except SQLAlchemyError:
        return settings
    finally:
        engine.dispose()
