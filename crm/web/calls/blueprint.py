"""The blueprint that the views of the call screen share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("calls", __name__)
accept_pseudonyms(bp)
