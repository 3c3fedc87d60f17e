"""The blueprint that the views of invoices share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("invoices", __name__)
accept_pseudonyms(bp)
