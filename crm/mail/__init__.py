"""Mail: an outbox that is written in the transaction of the act, and the way out of it.

The mechanism sees sealed contents only; who opens them and what they say is decided above it.
"""

from crm.mail.attachment import Attachment, safe_name
from crm.mail.message import Letter, to_mime
from crm.mail.outbox import MailFate, MailState, OutboxMessage, claim, enqueue, find_fates, is_claimed, settle
from crm.mail.transport import MailRefusedError, MailUnreachableError, RealMailInDemoError, Transport

__all__ = [
    "Attachment",
    "Letter",
    "MailFate",
    "MailRefusedError",
    "MailState",
    "MailUnreachableError",
    "OutboxMessage",
    "RealMailInDemoError",
    "Transport",
    "claim",
    "enqueue",
    "find_fates",
    "is_claimed",
    "safe_name",
    "settle",
    "to_mime",
]
