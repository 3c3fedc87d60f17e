"""Mail: an outbox that is written in the transaction of the act, and the way out of it.

The mechanism sees sealed contents only; who opens them and what they say is decided above it.
"""

from crm.mail.attachment import Attachment, safe_name
from crm.mail.message import REPLY_TO, Letter, to_mime
from crm.mail.outbox import (
    KEPT,
    MailFate,
    MailState,
    OutboxMessage,
    Outcome,
    claim,
    enqueue,
    find_fates,
    find_given_up,
    find_ids,
    has_work,
    is_claimed,
    postpone,
    settle,
    tidy,
)
from crm.mail.transport import MailUnreachableError, RealMailInDemoError, Transport

__all__ = [
    "KEPT",
    "REPLY_TO",
    "Attachment",
    "Letter",
    "MailFate",
    "MailState",
    "MailUnreachableError",
    "OutboxMessage",
    "Outcome",
    "RealMailInDemoError",
    "Transport",
    "claim",
    "enqueue",
    "find_fates",
    "find_given_up",
    "find_ids",
    "has_work",
    "is_claimed",
    "postpone",
    "safe_name",
    "settle",
    "tidy",
    "to_mime",
]
