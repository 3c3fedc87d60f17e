"""The address for a mail to one person: handed out only where the purpose permits a mail to them now.

Source: Art. 5(1)(b), 6(1), 21 DSGVO; § 7 UWG.
"""

from datetime import datetime

from crm.errors import InvalidInputError
from crm.privacy import lawfulness
from crm.privacy.disclosure import Disclosed
from crm.privacy.lawfulness import Standing
from crm.privacy.purposes import Channel, Purpose


class NoAddressError(InvalidInputError):
    """There is no address to write to."""

    message = (
        "Zu dieser Person ist keine E-Mail-Adresse hinterlegt. Rufen Sie an oder schreiben Sie einen Brief, und halten Sie es hier fest."
    )


class ChannelClosedError(InvalidInputError):
    """The purpose does not permit a mail to this person."""

    message = (
        "Eine E-Mail an diese Person erlaubt der Zweck „%(purpose)s“ nicht. Nehmen Sie einen anderen Weg, und halten Sie es hier fest."
    )


def address_of(person: Disclosed, *, purpose: Purpose, now: datetime, field: str) -> str:
    """Return the address of a person whom the door has opened with their address.

    Args:
        field: of the form, at which a refusal is shown.

    Raises:
        ChannelClosedError, NoAddressError: no mail goes to this person.
    """
    if lawfulness.channel_standing(purpose, Channel.EMAIL, person.state, now=now) is not Standing.ALLOWED:
        raise ChannelClosedError(field=field, purpose=purpose.title["de"])
    address = person.fields.get("email")
    if not address:
        raise NoAddressError(field=field)
    return address
