"""Few mails to one address: a stranger can type any.

Source: Art. 12(3) DSGVO; DSK Orientierungshilfe Direktwerbung, Ziff. 5.3, 5.4.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.models.intake import MailCount
from crm.privacy import mails
from crm.settings import Settings
from crm.vault import Vault


def take_turn(session: Session, *, address: str, most: int, settings: Settings, now: datetime) -> bool:
    """Say whether this address may get one more mail today, and count it.

    Args:
        most: mails of a day, in the time zone of the controller.
    """
    tag = Vault.of(session).throttle_tag(f"intake:{address}")
    today = mails.day_of(now, settings)
    count = session.get(MailCount, tag)
    if count is None:
        count = MailCount(tag=tag, day=today, mails=0)
        session.add(count)
    if count.day < today:
        count.day, count.mails = today, 0
    if count.mails >= most:
        return False
    count.mails += 1
    return True
