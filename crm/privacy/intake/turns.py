"""Few mails to one address: a stranger can type any.

Source: Art. 12(3) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.3, 5.4.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.models.intake import MailCount
from crm.privacy import mails
from crm.settings import Settings
from crm.vault import Vault


def take_turns(session: Session, *, addresses: Collection[str], most: int, settings: Settings, now: datetime) -> set[str]:
    """Return which of these addresses may get one more mail today, and count it.

    Args:
        most: mails of a day, in the time zone of the controller.
    """
    vault = Vault.of(session)
    tags = {address: vault.throttle_tag(f"intake:{address}") for address in addresses}
    counts = {count.tag: count for count in session.scalars(select(MailCount).where(MailCount.tag.in_(list(tags.values()))))}
    today = mails.day_of(now, settings)
    allowed = set()
    for address, tag in tags.items():
        count = counts.get(tag)
        if count is None:
            count = MailCount(tag=tag, day=today, mails=0)
            session.add(count)
        if count.day < today:
            count.day, count.mails = today, 0
        if count.mails < most:
            count.mails += 1
            allowed.add(address)
    return allowed
