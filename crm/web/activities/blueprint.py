"""The blueprint that the views of activities share."""

from flask import Blueprint

from crm.web.typed import accept_pseudonyms

bp = Blueprint("activities", __name__)
accept_pseudonyms(bp)
