"""The blueprint that the views of deals share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("deals", __name__)
accept_pseudonyms(bp)
