"""The blueprint that the views of requests share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("requests", __name__)
accept_pseudonyms(bp)
