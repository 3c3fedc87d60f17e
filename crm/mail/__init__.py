"""Mail: an outbox that is written in the transaction of the act, and the way out of it; a mailbox that is emptied, and what mail says.

The mechanism sees sealed contents only; who opens them and what they say is decided above it.
"""

from crm.mail.attachment import Attachment, safe_name
from crm.mail.inbox import Inbox, InboxLine, InboxRefusedError, InboxUnreachableError, Waiting
from crm.mail.incoming import Envelope, IncomingMail, UnreadableMailError, read_envelope, read_head, read_mail
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
from crm.mail.quoted import Carried, find_carried, without_history
from crm.mail.transport import MailUnreachableError, RealMailInDemoError, Transport

__all__ = [
    "KEPT",
    "REPLY_TO",
    "Attachment",
    "Carried",
    "Envelope",
    "Inbox",
    "InboxLine",
    "InboxRefusedError",
    "InboxUnreachableError",
    "IncomingMail",
    "Letter",
    "MailFate",
    "MailState",
    "MailUnreachableError",
    "OutboxMessage",
    "Outcome",
    "RealMailInDemoError",
    "Transport",
    "UnreadableMailError",
    "Waiting",
    "claim",
    "enqueue",
    "find_carried",
    "find_fates",
    "find_given_up",
    "find_ids",
    "has_work",
    "is_claimed",
    "postpone",
    "read_envelope",
    "read_head",
    "read_mail",
    "safe_name",
    "settle",
    "tidy",
    "to_mime",
    "without_history",
]
