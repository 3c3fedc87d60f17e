"""The blueprint that the views of tickets share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("tickets", __name__)
accept_pseudonyms(bp)
