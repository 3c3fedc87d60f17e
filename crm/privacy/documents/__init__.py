"""Documents that a statute makes us keep, from filing to the end of their period (Aufbewahrungspflicht)."""

from crm.privacy.documents.expiry import count_changed, count_held, count_over, count_restricted, expire, let_keys_go
from crm.privacy.documents.filing import DOCUMENT_RULES, NewDocument, file
from crm.privacy.documents.media import LARGEST
from crm.privacy.documents.moving import move_ends
from crm.privacy.documents.opening import ListedDocument, OpenedDocument, list_all, open_document, open_documents
from crm.privacy.documents.vouchers import find_keepers

__all__ = [
    "DOCUMENT_RULES",
    "LARGEST",
    "ListedDocument",
    "NewDocument",
    "OpenedDocument",
    "count_changed",
    "count_held",
    "count_over",
    "count_restricted",
    "expire",
    "file",
    "find_keepers",
    "let_keys_go",
    "list_all",
    "move_ends",
    "open_document",
    "open_documents",
]
