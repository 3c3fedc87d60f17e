"""Can people reach the controller?"""

from collections.abc import Iterator

from crm.services.health.findings import Finding, State
from crm.settings import Settings


class ContactNotSet(Finding):
    """The portal cannot say how to reach the controller, though that has to be told (Art. 13(1)(a) DSGVO)."""

    check = "contact"
    state = State.HINT
    message = "Das Portal nennt keinen Weg zu Ihnen (Art. 13 DSGVO). Setzen Sie organisation_address, privacy_email oder privacy_phone."


class ContactSet(Finding):
    """The portal says how to reach the controller."""

    check = "contact"
    state = State.OK
    message = "Das Portal sagt, wie man Sie erreicht."


def examine_contact(settings: Settings) -> Iterator[Finding]:
    """Look whether the portal has any way to the controller to show."""
    yield ContactSet() if settings.organisation_address or settings.privacy_email or settings.privacy_phone else ContactNotSet()
