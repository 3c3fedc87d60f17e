"""The blueprint that the views of campaigns share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("campaigns", __name__)
accept_pseudonyms(bp)
