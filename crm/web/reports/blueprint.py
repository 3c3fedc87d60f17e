"""The blueprint that the views of reports share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("reports", __name__)
accept_pseudonyms(bp)
