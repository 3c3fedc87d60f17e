"""All tables of the business database; importing this package registers them."""

from crm.ledger import tables as ledger_tables
from crm.mail import outbox
from crm.models import (
    account,
    activity,
    affiliation,
    calendar_link,
    campaign,
    company,
    consent,
    contact,
    deal,
    erasure,
    export_file,
    import_run,
    import_upload,
    intake,
    invoice,
    lawfulness,
    policy,
    privacy_task,
    request_case,
    retention,
    staff_agreement,
    ticket,
)
from crm.search import feed
from crm.vault import tables as vault_tables

__all__ = [
    "account",
    "activity",
    "affiliation",
    "calendar_link",
    "campaign",
    "company",
    "consent",
    "contact",
    "deal",
    "erasure",
    "export_file",
    "feed",
    "import_run",
    "import_upload",
    "intake",
    "invoice",
    "lawfulness",
    "ledger_tables",
    "outbox",
    "policy",
    "privacy_task",
    "request_case",
    "retention",
    "staff_agreement",
    "ticket",
    "vault_tables",
]
