"""Finds rows with addresses on the suppression list, where advertising is all the import is for."""

from collections.abc import Mapping
from itertools import chain

from sqlalchemy.orm import Session

from crm.privacy import screening
from crm.privacy.collection import normal_addresses
from crm.privacy.purposes import Purpose


def find_suppressed(session: Session, fields: Mapping[int, Mapping[str, str]], *, purpose: Purpose) -> set[int]:
    """Return the rows that may not come in.

    For any other purpose nobody is kept out: a suppressed address is a paying customer all the same, and comes in
    with direct marketing blocked.

    Source: Art. 21(3) DSGVO.
    """
    if not purpose.direct_marketing:
        return set()
    addresses = {row: [(channel, address) for channel, _, address in normal_addresses(each)] for row, each in fields.items()}
    found = screening.find_suppressed(session, chain.from_iterable(addresses.values()))
    return {row for row, each in addresses.items() if any(pair in found for pair in each)}
