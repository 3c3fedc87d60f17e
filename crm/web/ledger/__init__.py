"""The auditor's pages: the log, its entries with their proofs, what happened to a pseudonym, check and bundle."""

from crm.web.ledger import bundle, certificate, check, entry, erasure, listing, subject
from crm.web.ledger.blueprint import bp

__all__ = ["bp", "bundle", "certificate", "check", "entry", "erasure", "listing", "subject"]
