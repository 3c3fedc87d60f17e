"""The blueprint that the views of contacts share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("contacts", __name__)
accept_pseudonyms(bp)
