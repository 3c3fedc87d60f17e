"""Who put a mail into the drop mailbox, and as whom they write.

The sender of a mail proves nothing: nobody here sees what the mail servers checked (SPF, DMARC). That only staff can drop mail rests
on the drop address, which is secret, long and can be changed; the address of the sender says in whose name it is filed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from crm.actor import Actor, Role
from crm.mail import Envelope
from crm.models.account import Account
from crm.services.accounts import addresses
from crm.services.contacts.noting import WRITERS


@dataclass(frozen=True, slots=True)
class Dropper:
    """A member of staff who dropped a mail.

    Attributes:
        is_redirected: somebody else wrote it, and it was passed on as it came.
    """

    account: Account
    is_redirected: bool

    @property
    def actor(self) -> Actor:
        """Return who acts where no role is needed."""
        return Actor(self.account.pseudonym, self.account.roles)

    @property
    def writers(self) -> list[Actor]:
        """Return the actors that the account can be and that write notes, the first role first."""
        return [self._in(role) for role in WRITERS if role in self.account.roles]

    def _in(self, role: Role) -> Actor:
        return Actor(self.account.pseudonym, self.account.roles, role)


def find_dropper(session: Session, mail: Envelope) -> Dropper | None:
    """Return the member of staff who sent a mail or passed it on; of several senders, nobody."""
    author = _find_active(session, mail.senders)
    if author:
        return Dropper(author, is_redirected=False)
    forwarder = next((found for each in mail.forwarders if (found := _find_active(session, [each]))), None)
    return Dropper(forwarder, is_redirected=True) if forwarder else None


def without_staff(session: Session, found: Iterable[str]) -> Iterator[str]:
    """Yield the addresses that belong to no account, open or disabled."""
    return (each for each in found if addresses.find_account(session, each) is None)


def _find_active(session: Session, senders: Iterable[str]) -> Account | None:
    """Return the account of the only sender, if its owner works here and was told what is logged."""
    if len(only := list(senders)) != 1:
        return None
    account = addresses.find_account(session, only[0])
    is_active = account is not None and account.disabled_at is None and account.notice_confirmed_at is not None
    return account if is_active else None
