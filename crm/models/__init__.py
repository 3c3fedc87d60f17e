"""All tables of the business database; importing this package registers them."""

from crm.ledger import tables as ledger_tables
from crm.mail import outbox
from crm.models import (
    account,
    company,
    consent,
    contact,
    erasure,
    import_run,
    intake,
    lawfulness,
    policy,
    privacy_task,
    request_case,
    retention,
)
from crm.search import feed
from crm.vault import tables as vault_tables

__all__ = [
    "account",
    "company",
    "consent",
    "contact",
    "erasure",
    "feed",
    "import_run",
    "intake",
    "lawfulness",
    "ledger_tables",
    "outbox",
    "policy",
    "privacy_task",
    "request_case",
    "retention",
    "vault_tables",
]
