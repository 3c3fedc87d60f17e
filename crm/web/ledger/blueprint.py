"""The blueprint that the auditor's pages share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("ledger", __name__)
accept_pseudonyms(bp)
